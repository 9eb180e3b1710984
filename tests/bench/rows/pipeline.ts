import { LOCAL_PRINCIPAL } from "../../../src/auth/principal.ts";
import { createDocker, type Docker } from "../../../src/docker/client.ts";
import { breakCircuit } from "../../../src/docker/transport/circuit_breaker.ts";
import type { Transport } from "../../../src/docker/transport/transport.ts";
import { guardTransport } from "../../../src/safety/engine_guard.ts";
import { redactValue } from "../../../src/safety/redact.ts";
import { sanitizeValue } from "../../../src/safety/untrusted.ts";
import { createPipeline, type Pipeline } from "../../../src/server/pipeline.ts";
import { type Audit, audit } from "../../../src/telemetry/audit.ts";
import { auditLog } from "../../../src/telemetry/audit_log.ts";
import { engineCalls } from "../../../src/telemetry/engine_calls.ts";
import { startLog } from "../../../src/telemetry/log.ts";
import { version } from "../../../src/tools/system.ts";
import { newFacts } from "../../../src/tools/tool.ts";
import type { BenchContext } from "../context.ts";
import { limitTo, type Report } from "../finding.ts";
import { interleave, milliseconds } from "../measure.ts";

/** A call takes too little time to be measured alone. */
const CALLS = 500;
/** Never reached, but counted. */
const OFTEN = 1e9;
const MICROSECONDS = 1000;
const LIMIT = 300;

/** What all steps around a call take, less the request to the Engine, which answers at once here. */
export async function pipeline({ raw, rounds }: BenchContext): Promise<Report> {
  const { value } = await raw.json("/version");
  const folder = await Deno.makeTempDir({ prefix: "mcp-docker-bench-" });
  const instant = instantEngine(JSON.stringify(value));
  const requests = engineCalls();
  const clean = (value: unknown): unknown => redactValue(sanitizeValue(value));
  await startLog(new WritableStream(), { level: "info", clean });
  using record = audit({
    log: () => Promise.resolve(auditLog({ kind: "file", path: `${folder}/audit.log` })),
    clean,
    attribute: requests.step,
    failsClosed: true,
  });
  const way = breakCircuit(requests.counted(instant)).transport;
  using docker = createDocker(guardTransport(way, { allowPrivileged: false }));
  using bare = createDocker(instant);
  try {
    const run = around(docker, record);
    const samples = await interleave(rounds, {
      ours: () => many(() => call(run)),
      bare: () => many(() => bare.system.version()),
    });
    const alone = samples("bare");
    const added = samples("ours").map((time, round) => time - (alone[round] ?? 0));
    const what = "the pipeline around a call with a small answer, audited to a file";
    return { findings: [limitTo({ what, ours: added, limit: LIMIT, unit: "µs" })] };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function instantEngine(answer: string): Transport {
  const headers = { "api-version": "1.51" };
  return {
    endpoint: "unix:///instant.sock",
    fetch: () => Promise.resolve(new Response(answer, { headers })),
    hijack: () => Promise.reject(new Error("Cannot hijack: nothing here needs it")),
    [Symbol.dispose]: () => {},
  };
}

/** All that the program puts around a call where nothing is set. */
function around(docker: Docker, audit: Audit): Pipeline {
  return createPipeline({
    docker,
    engineChoice: () => undefined,
    limits: {
      logLines: 10_000,
      execBytes: 2 ** 20,
      listRows: 1000,
      inspectFieldBytes: 0,
      responseBytes: 2 ** 21,
    },
    owner: "mcp-docker",
    policy: { allowModerate: true, allowDestructive: false, deniedTools: [] },
    confirmation: true,
    maximumCalls: 10,
    callerLimits: { rate: { perCaller: OFTEN, total: OFTEN } },
    audit,
    defaultSeconds: 30,
  });
}

async function call(run: Pipeline): Promise<void> {
  await run({
    operation: version,
    input: {},
    caller: LOCAL_PRINCIPAL,
    facts: newFacts(),
    signal: new AbortController().signal,
    progress: () => {},
  });
}

/** Microseconds that one of many takes. */
async function many(action: () => Promise<unknown>): Promise<number> {
  const time = await milliseconds(async () => {
    for (let made = 0; made < CALLS; made++) await action();
  });
  return time * MICROSECONDS / CALLS;
}
