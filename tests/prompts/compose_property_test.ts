import assert from "node:assert/strict";
import { parse } from "yaml";
import { composeModel } from "../../src/prompts/compose_file.ts";
import { ComposeTexts } from "../../src/prompts/compose_secrets.ts";
import { composeYaml } from "../../src/prompts/compose_yaml.ts";
import { redactText } from "../../src/safety/redact.ts";
import fc from "../property.ts";
import { arbitraryFacts, PLANTED } from "./compose_arbitrary.ts";
import { container, factsOf, written } from "./compose_fixtures.ts";

Deno.test("composeYaml() writes what both kinds of YAML readers read back, in characters that print", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryFacts(), async (facts) => {
      const { model } = composeModel(facts, redactText);
      const yaml = await composeYaml(model);
      const wanted = JSON.parse(
        JSON.stringify(model).toWellFormed().replaceAll(/\\ud[89a-f]../g, "\ufffd"),
      );
      for (const version of ["1.1", "1.2"] as const) {
        assert.deepEqual(parse(yaml, { version }), wanted);
      }
      assert.doesNotMatch(yaml, /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 200 },
  );
});

Deno.test("composeFile() never shows a planted secret", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryFacts(), async (facts) => {
      const { yaml, references, notes } = await written(facts, 1_000_000);
      assert.ok(!`${yaml}${references}${notes}`.includes(PLANTED), yaml);
    }),
    { numRuns: 300 },
  );
});

Deno.test("composeFile() reads whatever an Engine may send in place of what is expected", async () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(null, 5, "x", [], [null], {}, [[]], { a: null }),
  );
  const fields = [
    ["config", [
      "Env",
      "Cmd",
      "Entrypoint",
      "Labels",
      "Healthcheck",
      "ExposedPorts",
      "Hostname",
      "Image",
      "User",
      "StopTimeout",
    ]],
    ["host", [
      "PortBindings",
      "NetworkMode",
      "RestartPolicy",
      "LogConfig",
      "Tmpfs",
      "Mounts",
      "Links",
      "Ulimits",
      "Devices",
      "ExtraHosts",
      "Dns",
      "DeviceRequests",
      "Sysctls",
      "CapAdd",
      "Memory",
      "NanoCpus",
      "VolumesFrom",
      "PidMode",
    ]],
  ] as const;
  const changes = Object.fromEntries(
    fields.map((
      [part, names],
    ) => [
      part,
      fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] }),
    ]),
  );
  const facts = fc.record({
    ...changes,
    mounts: fc.array(fc.record({ Type: odd, Name: odd, Source: odd, Destination: odd })),
    networks: fc.dictionary(fc.string(), odd),
  });
  await fc.assert(
    fc.asyncProperty(facts, async (changes) => {
      const { file } = await written(factsOf([container("web", changes as never)]), 1_000_000);
      assert.ok(file.services["web"]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("ComposeTexts keeps every text but for secrets, once Compose has put the dollar signs back", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
    const texts = new ComposeTexts((text) => text);
    assert.equal(texts.text(text, "x").replaceAll("$$", "$"), text);
    assert.deepEqual(texts.references, []);
  }));
});

Deno.test("ComposeTexts.name() leaves words alone that announce secrets elsewhere, and finds logins and tokens", () => {
  const texts = new ComposeTexts(redactText);
  for (const name of ["auth:1.2", "token:10.0.0.5", "/etc/password:x", "my/secret:v1"]) {
    assert.equal(texts.name(name), name);
  }
  assert.equal(texts.name("nfs://me:hunter2zebra@host/x"), "nfs://${NAME:?set it}@host/x");
});
