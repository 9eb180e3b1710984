import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { withDrivers, withRemedy } from "../../src/tools/engine_remedies.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

const { signal } = new AbortController();

Deno.test("withRemedy() keeps everything of the error but the remedy", () => {
  const object = { kind: "network", id: "shop" } as const;
  const error = new DockerError("conflict", "Cannot remove: in use", { status: 403, object });
  const made = withRemedy(error, [[/absent/, "No"], [/in use/, "Stop it"], [/use/, "Later"]]);
  assert.ok(made instanceof DockerError);
  assert.deepEqual([made.code, made.message, made.remedy], ["conflict", error.message, "Stop it"]);
  assert.deepEqual([made.status, made.object, made.cause], [403, object, error]);
});

Deno.test("withRemedy() leaves other errors alone", () => {
  const error = new DockerError("conflict", "Cannot remove: in use", { remedy: "Wait" });
  assert.equal(withRemedy(error, [[/absent/, "No"]]), error);
  const other = new Error("in use");
  assert.equal(withRemedy(other, [[/in use/, "Stop it"]]), other);
});

Deno.test("withDrivers() names the drivers there are only where one is unknown", async () => {
  const Plugins = { Network: ["bridge", "host"], Volume: null };
  const transport = new FakeTransport({ "GET /info": { Plugins } });
  using docker = createDocker(transport);
  const unknown = new DockerError("not_found", 'Cannot create: plugin "x" not found');
  const search = { docker, signal } as const;
  const network = await withDrivers(unknown, { ...search, kind: "Network" });
  assert.ok(network instanceof DockerError);
  assert.equal(network.remedy, "Drivers of this Engine: bridge, host");
  assert.equal(await withDrivers(unknown, { ...search, kind: "Volume" }), unknown);
  const asked = transport.requests.length;
  const other = new DockerError("not_found", "Cannot create: network shop not found");
  assert.equal(await withDrivers(other, { ...search, kind: "Network" }), other);
  assert.equal(transport.requests.length, asked);
});
