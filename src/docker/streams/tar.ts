/** What stands ahead of the content of an entry. */
export interface TarHeader {
  /** Relative, with "/"; a folder's too, without one at its end. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  /** Permission bits, e.g. `0o644`. */
  readonly mode: number;
  /** Unix seconds. @default {0} */
  readonly modified?: number | undefined;
  /** Bytes of a file. @default {0} */
  readonly size?: number | undefined;
  /** Where a link points to, as it is written in the link. */
  readonly target?: string | undefined;
}

/** Bytes of a block; everything is padded to whole ones. */
export const TAR_BLOCK = 512;

const NAME_BYTES = 100;
/** The greatest number of eleven octal digits: 8 GiB. */
const LARGEST_OCTAL = 0o77777777777;
const TYPES = { file: "0", link: "2", folder: "5" } as const;
const encoder = new TextEncoder();

/**
 * The header of an entry in POSIX format; what does not fit into its fields stands in a pax header ahead of it.
 * Every entry belongs to user and group 0, without names.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
 */
export function tarHeader(header: TarHeader): Uint8Array<ArrayBuffer> {
  const { kind, path, size = 0, target = "" } = header;
  const name = kind === "folder" ? `${path}/` : path;
  const records = [
    ...(fits(name) ? [] : [paxRecord("path", name)]),
    ...(fits(target) ? [] : [paxRecord("linkpath", target)]),
    ...(size > LARGEST_OCTAL ? [paxRecord("size", String(size))] : []),
  ];
  const block = headerBlock(name, TYPES[kind], header);
  if (records.length === 0) return block;
  const text = encoder.encode(records.join(""));
  const pax = headerBlock("pax", "x", { mode: 0o644, size: text.length });
  const content = new Uint8Array(text.length + tarPadding(text.length));
  content.set(text);
  return joined([pax, content, block]);
}

/** Bytes of zeros that fill the last block of a content of `size` bytes. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

/** The two empty blocks that end an archive. */
export function tarEnd(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(2 * TAR_BLOCK);
}

/** Tar readers decode names in different ways, so anything but ASCII goes into a pax header, which is UTF-8. */
function fits(name: string): boolean {
  return name.length <= NAME_BYTES && /^[\x20-\x7e]*$/.test(name);
}

/** `length key=value\n`, in which the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function headerBlock(
  name: string,
  type: string,
  { mode, modified = 0, size = 0, target = "" }: Omit<TarHeader, "kind" | "path">,
): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(TAR_BLOCK);
  const put = (offset: number, text: string): void => {
    encoder.encodeInto(text, block.subarray(offset));
  };
  put(0, shortened(name));
  put(100, octal(mode & 0o7777, 7));
  put(108, octal(0, 7)); // user
  put(116, octal(0, 7)); // group
  put(124, octal(size > LARGEST_OCTAL ? 0 : size, 11));
  put(136, octal(Math.min(Math.max(Math.floor(modified), 0), LARGEST_OCTAL), 11));
  put(148, " ".repeat(8)); // the checksum counts itself as blanks
  put(156, type);
  put(157, shortened(target));
  put(257, "ustar\x0000");
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  put(148, `${octal(checksum, 6)}\0 `);
  return block;
}

/** For readers that know no pax header: as much of the name as there is room for. */
function shortened(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, "_").slice(0, NAME_BYTES);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
