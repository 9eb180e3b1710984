/** One entry of a tar archive: a file, a folder or a symbolic link. */
export type TarEntry =
  & { readonly path: string; /** @default 0o755 */ readonly mode?: number }
  & (
    | { readonly content: Uint8Array }
    | { readonly folder: true }
    | { readonly linkTo: string }
  );

const BLOCK = 512;

/** Packs entries as a POSIX ustar archive; a path has at most 100 bytes. */
export function tar(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  for (const entry of entries) {
    const content = "content" in entry ? entry.content : new Uint8Array();
    blocks.push(
      header(entry, content.length),
      content,
      new Uint8Array(-content.length & (BLOCK - 1)),
    );
  }
  blocks.push(new Uint8Array(2 * BLOCK)); // marks the end
  const archive = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let offset = 0;
  for (const block of blocks) {
    archive.set(block, offset);
    offset += block.length;
  }
  return archive;
}

function header(entry: TarEntry, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => block.set(new TextEncoder().encode(text), offset);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(0, entry.path);
  put(100, octal(entry.mode ?? 0o755, 7));
  put(108, octal(0, 7)); // user
  put(116, octal(0, 7)); // group
  put(124, octal(size, 11));
  put(136, octal(0, 11)); // a fixed time, so that equal content gives an equal image
  put(156, "linkTo" in entry ? "2" : "folder" in entry ? "5" : "0");
  if ("linkTo" in entry) put(157, entry.linkTo);
  put(257, "ustar\x0000");
  put(148, " ".repeat(8)); // the checksum counts itself as spaces
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  put(148, `${octal(checksum, 6)}\0 `);
  return block;
}
