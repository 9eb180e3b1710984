import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { RefusedError } from "./refused.ts";

/** An empty list is one reason, the folder that this program was started in another. */
const NO_ROOT =
  "Only the operator can allow it, by setting SAFETY_BUILD_CONTEXT_ALLOWLIST to the project's folder; " +
  "where nothing is set, the working directory counts, but no whole disk and nothing that holds a home directory";

/** Where a build takes its files from. */
export interface BuildPaths {
  /** The folder, absolute and without links. */
  readonly context: string;
  /** The Dockerfile relative to it as it was named, with "/". */
  readonly dockerfile: string;
  /** The same without links. */
  readonly file: string;
}

/**
 * Finds the context and the Dockerfile, both inside one of the allowed folders whatever links lead there.
 *
 * @param roots The folders that may be built from; a relative path counts from the first
 * @throws {RefusedError} `policy` for what is outside, in the same words whether it is there or not; `invalid_arguments`
 */
export async function resolveBuildPaths(
  { path, dockerfile }: { readonly path: string; readonly dockerfile: string },
  roots: readonly string[],
): Promise<BuildPaths> {
  const asked = isAbsolute(path) ? resolve(path) : resolve(roots[0] ?? sep, path);
  const realRoots = (await Promise.all(roots.map(realPath))).filter((root) => root !== undefined);
  const context = await realPath(asked);
  const looksInside = [...roots, ...realRoots].some((root) => isInside(root, asked));
  if (context === undefined && looksInside) {
    throw bad(`path: there is no folder ${JSON.stringify(asked)} that this server can read`);
  }
  if (context === undefined || !realRoots.some((root) => isInside(root, context))) {
    throw outside(looksInside && context !== undefined ? context : asked, roots);
  }
  if (!(await Deno.stat(context)).isDirectory) {
    throw bad(`path: ${JSON.stringify(asked)} is not a folder`);
  }
  const file = await realPath(join(context, dockerfile));
  const shown = JSON.stringify(dockerfile);
  if (file === undefined) throw bad(`dockerfile: there is no ${shown} in the build context`);
  if (!isInside(context, file)) throw bad(`dockerfile: ${shown} leads out of the build context`);
  if (!(await Deno.stat(file)).isFile) throw bad(`dockerfile: ${shown} is not a file`);
  const within = (path: string): string => relative(context, path).replaceAll(sep, "/");
  return { context, dockerfile: within(join(context, dockerfile)), file: within(file) };
}

/** Whether a path can name a Dockerfile: relative, downward, without control characters. */
export function isDockerfilePath(path: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  return path !== "" && !/[\x00-\x1f\x7f]/.test(path) && !isAbsolute(path) &&
    !/^[A-Za-z]:|^\\/.test(path) && !path.split(/[/\\]/).includes("..");
}

/** The path without links; undefined where there is nothing, or nothing that can be read. */
async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) return undefined;
    throw bad(`path: ${error.message}`);
  }
}

/** Those of some paths that are there, without links. */
export async function realPaths(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.allSettled(paths.map((path) => Deno.realPath(path)));
  return found.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(path: string, roots: readonly string[]): RefusedError {
  const allowed = roots.length === 0
    ? "this server may not build from any folder"
    : `this server builds from ${roots.map((root) => JSON.stringify(root)).join(", ")} only`;
  return new RefusedError(
    "policy",
    `path: ${JSON.stringify(path)} is not an allowed build context: ${allowed}`,
    // All of them: what is set replaces the working directory, which is allowed where nothing is.
    roots.length === 0
      ? NO_ROOT
      : `Only the operator can allow it, with SAFETY_BUILD_CONTEXT_ALLOWLIST=${[...roots, path]}`,
  );
}

function bad(message: string): RefusedError {
  return new RefusedError("invalid_arguments", message);
}
