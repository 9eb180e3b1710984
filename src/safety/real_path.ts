/**
 * A path of this machine with its symbolic links resolved; of one that does not exist, as far as it does.
 *
 * @throws {Deno.errors.NotFound} for a link to nothing, which may lead anywhere once it leads somewhere
 * @throws {Deno.errors.NotCapable} where a folder on the way may not be read
 */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound && path !== "/";
    if (!isMissing || await isThere(path)) throw error;
    const slash = path.lastIndexOf("/");
    const parent = await realPathOf(path.slice(0, slash) || "/");
    return `${parent === "/" ? "" : parent}${path.slice(slash)}`;
  }
}

/** Whether there is anything, be it a link to nothing. */
async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
