/**
 * Every check and every test, on one private Engine: `deno run -A tests/engine/run_tests.ts [--only] [arguments]`.
 * `--only` leaves out format, lint and types; the other arguments are for `deno test`.
 */
import { removeImages, seedImages } from "./images.ts";
import { exists } from "./machine.ts";
import { notify, print } from "./output.ts";
import { installPrerequisites } from "./prerequisites.ts";
import { startPrivateEngine, stopPrivateEngine } from "./private_engine.ts";
import { standingEngine } from "./standing_engine.ts";
import { NO_TESTS, parseTally, type TestTally } from "./test_tally.ts";

const ENGINE = `run-${Deno.pid}`;
const COMPILE_BASE = "../shared/tools/seed-compile-base.sh";
/** By what a shell reports for a program that a signal ended. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const CHECKS = [
  ["fmt", "--check"],
  ["lint"],
  ["check", "main.ts", "src", "tests", ".ci"],
];

/** Types were checked before, and doc examples import names they do not use. */
const TEST = ["test", "-A", "--doc", "--no-check"];

/** The step that runs now, for signals to reach. */
let current: Deno.ChildProcess | undefined;
let interrupted: number | undefined;

async function main(args: readonly string[]): Promise<number> {
  for (const [signal, status] of Object.entries(SIGNALS) as [Deno.Signal, number][]) {
    Deno.addSignalListener(signal, () => {
      interrupted = status;
      current?.kill(signal);
    });
  }
  const only = args.includes("--only");
  const testArgs = args.filter((argument) => argument !== "--only");
  try {
    if (Deno.env.get("CI") === "true") await requireAll();
    await using _engine = await provideEngine();
    return await runSteps(only ? [] : CHECKS, testArgs);
  } finally {
    await stopPrivateEngine(ENGINE);
  }
}

/** What may be skipped on a developer's machine may not be where the decision to merge is made. */
async function requireAll(): Promise<void> {
  Deno.env.set("MCP_DOCKER_REQUIRE_ENGINE", "1");
  Deno.env.set("MCP_DOCKER_REQUIRE_COMPILE", "1");
  if (await exists(COMPILE_BASE)) await runStep("sh", [COMPILE_BASE]);
}

/** Names an Engine to the tests; what is seeded into one that is not ours goes with the result. */
async function provideEngine(): Promise<AsyncDisposable> {
  const named = Deno.env.get("DOCKER_HOST");
  const nothing = { [Symbol.asyncDispose]: () => Promise.resolve() };
  try {
    if (named) return await useEngine(named.replace(/^unix:\/\//, ""));
    const reason = await installPrerequisites();
    if (reason === undefined) {
      const { socketPath } = await startPrivateEngine({ name: ENGINE });
      await useEngine(socketPath);
      return nothing;
    }
    const standing = await standingEngine();
    if (standing === undefined) throw new Error(reason);
    return await useEngine(standing);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notify(`No Engine for tests: ${reason}`);
    Deno.env.set("MCP_DOCKER_NO_TEST_ENGINE", reason);
    return nothing;
  }
}

async function useEngine(socketPath: string): Promise<AsyncDisposable> {
  notify(`Testing on the Engine at unix://${socketPath}`);
  const made = await seedImages(socketPath);
  Deno.env.set("MCP_DOCKER_TEST_ENGINE", socketPath);
  Deno.env.set("MCP_DOCKER_REQUIRE_ENGINE", "1"); // should it die on the way, that is a failure
  return { [Symbol.asyncDispose]: () => removeImages(socketPath, made) };
}

/** Runs all steps, also behind one that failed; each check counts as one test in the closing line. */
async function runSteps(checks: readonly string[][], testArgs: readonly string[]): Promise<number> {
  const tally: TestTally = { ...NO_TESTS };
  let status = 0;
  for (const check of checks) {
    const { code } = await runStep(Deno.execPath(), check);
    if (code === 0) tally.passed++;
    else tally.failed++;
    status ||= code;
    if (interrupted !== undefined) return interrupted;
  }
  const { code, output } = await runStep(Deno.execPath(), [...TEST, ...testArgs]);
  if (interrupted !== undefined) return interrupted;
  const tests = parseTally(output, code);
  tally.passed += tests.passed;
  tally.failed += tests.failed;
  tally.skipped += tests.skipped;
  print(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  return status || code;
}

/** Runs a program, showing what it prints; its status and its standard output. */
async function runStep(
  program: string,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  const name = program === Deno.execPath() ? "deno" : program;
  print(`$ ${name} ${args.join(" ")}`);
  current = new Deno.Command(program, { args: [...args], stdin: "null", stdout: "piped" }).spawn();
  let output = "";
  const decoder = new TextDecoder();
  for await (const piece of current.stdout) {
    Deno.stdout.writeSync(piece);
    output += decoder.decode(piece, { stream: true });
  }
  const { code } = await current.status;
  current = undefined;
  return { code, output };
}

if (import.meta.main) {
  Deno.chdir(new URL("../..", import.meta.url)); // the project, wherever it was started
  Deno.exit(await main(Deno.args));
}
