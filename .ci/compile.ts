/**
 * Makes the binaries: `deno run -A .ci/compile.ts [--out FOLDER] [--all]`. Without `--all` those for this machine, into
 * FOLDER (dist/ by default); with it those for every target, each into a folder of its own.
 */
import { parseArgs } from "node:util";

const LINUX_AND_MAC = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
];
const WINDOWS = ["x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc"];

/**
 * Compiling functions eagerly puts them into the code cache, which takes a third off every start but the first; the
 * limit on the young generation keeps endless output from growing the heap. Measured with `deno task bench`.
 */
const V8_FLAGS = "--no-lazy,--max-semi-space-size=2";

const root = new URL("..", import.meta.url).pathname;

async function deno(...args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

/** One file is parsed faster than two hundred; for a browser, the SDK brings a smaller schema validator. */
async function bundle(folder: string): Promise<string> {
  const script = `${folder}/main.js`;
  await deno(
    "bundle",
    "--quiet",
    "--platform=browser",
    "--minify",
    `--output=${script}`,
    "main.ts",
  );
  return script;
}

async function compile(
  script: string,
  output: string,
  { permissions, target }: { permissions: string; target?: string | undefined },
): Promise<void> {
  await deno(
    "compile",
    "--quiet",
    `--config=${root}deno.json`,
    permissions,
    "--no-prompt",
    "--no-check",
    `--v8-flags=${V8_FLAGS}`,
    ...(target === undefined ? [] : [`--target=${target}`]),
    `--output=${output}`,
    script,
  );
}

async function binaries(script: string, folder: string, target?: string): Promise<void> {
  if (target === undefined ? Deno.build.os === "windows" : WINDOWS.includes(target)) {
    // Deno opens a named pipe only for a program that has every permission, so there is nothing to scope.
    await compile(script, `${folder}/mcp-docker.exe`, { permissions: "-A", target });
    return;
  }
  await compile(script, `${folder}/mcp-docker`, { permissions: "-P=stdio", target });
  await compile(script, `${folder}/mcp-docker-full`, { permissions: "-P=full", target });
}

const { values: { out, all } } = parseArgs({
  args: Deno.args,
  options: { out: { type: "string", default: `${root}dist` }, all: { type: "boolean" } },
});
await Deno.mkdir(out, { recursive: true });
const script = await bundle(out);
try {
  if (!all) await binaries(script, out);
  else {for (const target of [...LINUX_AND_MAC, ...WINDOWS]) {
      await binaries(script, `${out}/${target}`, target);
    }}
} finally {
  await Deno.remove(script);
}
