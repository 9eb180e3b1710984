import { dirname } from "node:path";

/** A folder for one test. */
export interface ContextFolder extends AsyncDisposable {
  /** Absolute, without links. */
  readonly path: string;
}

/** Files by path, each with its text; `null` makes a folder. In `dir`, or among the temporary files. */
export async function contextFolder(
  files: Readonly<Record<string, string | null>>,
  dir?: string,
): Promise<ContextFolder> {
  const path = await Deno.realPath(
    await Deno.makeTempDir({ prefix: "context-", ...(dir === undefined ? {} : { dir }) }),
  );
  for (const [name, text] of Object.entries(files)) {
    const file = `${path}/${name}`;
    await Deno.mkdir(text === null ? file : dirname(file), { recursive: true });
    if (text !== null) await Deno.writeTextFile(file, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
