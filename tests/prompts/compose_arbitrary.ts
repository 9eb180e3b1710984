import type { ComposeContainer, ComposeFacts } from "../../src/prompts/compose_facts.ts";
import fc from "../property.ts";
import { type Changes, container, factsOf } from "./compose_fixtures.ts";

/** A secret that no file may show. */
export const PLANTED = "pl4ntedS3cretQ8Zr4Tn1Lw9X";

/** Places where people put secrets, each with words that announce it. */
const PLACES: readonly Changes[] = [
  { config: { Env: [`DB_PASSWORD=${PLANTED}`] } },
  { config: { Env: [`DATABASE_URL=postgres://app:${PLANTED}@db:5432/app`] } },
  { config: { Cmd: ["run", `--password=${PLANTED}`] } },
  { config: { Cmd: ["run", "--password", PLANTED] } },
  {
    config: { Env: [`API_TOKEN=${PLANTED}`], Cmd: ["sh", "-c", `use ${PLANTED} twice ${PLANTED}`] },
  },
  { config: { Entrypoint: ["sh", "-c", `curl -u me:${PLANTED} http://x`] } },
  { config: { Labels: { "app.secret": PLANTED } } },
  { config: { Healthcheck: { Test: ["CMD-SHELL", `mysql -p${PLANTED}`] } } },
  { host: { LogConfig: { Type: "splunk", Config: { "splunk-token": PLANTED } } } },
];

const NAMES = ["web", "db", "x-cache", "Shop_1", "a.b"];

/** Text of every kind, odd characters and signs of YAML and Compose among them. */
function anyText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.constantFrom(
      "yes",
      "~",
      "0o17",
      "1e3",
      "22:22",
      "- a",
      "a: b",
      "# c",
      "$x ${y} $$",
      "*a",
      "&a",
      "!!b",
      "|",
      "\n",
      " a ",
      "a\n b\n",
      "\ta",
      "\u0085\u2028\ufeff",
      "\ud800",
      "{}",
      "[]",
      "null",
      "%",
      "@",
      "`",
      "0x1f",
      ".5",
      "<<",
      "=",
      "2026-01-01",
    ),
  ).map((text) => text.replaceAll("\0", ""));
}

function anyKey(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.stringMatching(/^[A-Za-z_][\w.-]{0,20}$/),
    fc.constantFrom("yes", "null", "x-y", "1", "__proto__"),
  );
}

function anyContainer(name: string, id: string): fc.Arbitrary<ComposeContainer> {
  const texts = fc.array(anyText(), { maxLength: 4 });
  const port = fc.integer({ min: 1, max: 65_535 }).map(String);
  return fc.record({
    env: fc.array(fc.tuple(anyKey(), anyText()).map(([key, value]) => `${key}=${value}`), {
      maxLength: 5,
    }),
    labels: fc.array(fc.tuple(anyKey(), anyText()), { maxLength: 4 }).map((list) =>
      Object.fromEntries(list)
    ),
    words: fc.option(texts),
    entrypoint: fc.option(texts),
    test: texts.map((list) => ["CMD", ...list, "x"]),
    place: fc.option(fc.constantFrom(...PLACES)),
    mode: fc.constantFrom(
      "default",
      "shop",
      "host",
      "none",
      "container:web",
      "container:db",
      "container:gone",
    ),
    links: fc.subarray(["/db:/web/store", "/web:/db/x", "/gone:/web/gone"]),
    ports: fc.array(
      fc.tuple(
        port,
        fc.constantFrom("tcp", "udp"),
        fc.constantFrom("", "127.0.0.1", "::1", "::"),
        fc.option(port),
      ),
      { maxLength: 3 },
    ),
    memory: fc.constantFrom(0, 6_291_456, 7_000_001),
    restart: fc.constantFrom("", "no", "always", "unless-stopped", "on-failure"),
    target: anyText().map((text) => `/${text.replaceAll(/[\p{Cc}\/:]/gu, "")}`),
    volume: fc.constantFrom("data", "ab".repeat(32), "x-data"),
    readOnly: fc.boolean(),
    alias: fc.constantFrom("www", "store", "x"),
  }).map((any) => {
    const { place } = any;
    return container(name, {
      id,
      config: {
        Env: any.env,
        Labels: any.labels,
        Cmd: any.words,
        Entrypoint: any.entrypoint,
        Healthcheck: { Test: any.test },
        ...place?.config,
      },
      host: {
        NetworkMode: any.mode,
        Links: any.links,
        Memory: any.memory,
        RestartPolicy: { Name: any.restart, MaximumRetryCount: 2 },
        PortBindings: Object.fromEntries(
          any.ports.map((
            [inside, protocol, HostIp, HostPort],
          ) => [`${inside}/${protocol}`, [{ HostIp, HostPort: HostPort ?? "" }]]),
        ),
        ...place?.host,
      },
      mounts: [{ Type: "volume", Name: any.volume, Destination: any.target, RW: !any.readOnly }],
      networks: any.mode === "shop" ? { shop: { Aliases: [any.alias] } } : {},
    });
  });
}

/** Up to five containers as an Engine could have them, some with a planted secret. */
export function arbitraryFacts(): fc.Arbitrary<ComposeFacts> {
  return fc.subarray(NAMES, { minLength: 1 }).chain((names) =>
    fc.tuple(...names.map((name, index) => anyContainer(name, String(index).repeat(64))))
  ).map((containers) =>
    factsOf(containers, { networks: [{ Name: "shop", Id: "n", Driver: "bridge" }] })
  );
}
