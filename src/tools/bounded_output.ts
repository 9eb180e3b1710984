import type { OutputPiece } from "../docker/streams/demux.ts";

/** How far from a cut a place is looked for where no secret can be split. */
const EDGE_BYTES = 4096;
/** Inside a line, a text may begin or end after a value, else after a word. */
const CLEAN_EDGES = [/["'\]}],|[,;][ \t]/g, /[ \t\r]/g];
/** A text begins inside a line so far behind the cut that no value with blanks or commas reaches there. */
const LONGEST_VALUE = 128;
/** What announces a secret, so that nothing begins right behind it. */
const ANNOUNCES =
  /(?:pass|pw|secret|token|key|cred|auth|bearer|basic|cookie|session)[\w.-]{0,32}[^\w\n]{0,8}$|(?:^|[^\w-])--?[\w-]{1,32}[^\w\n]{0,4}$|\b(?:is|was|by|to)[^\w\n]{1,4}$|[:=][^\w\n]{0,4}$/i;
/** Longer than any password or token, save keys, which are told by their last line as well. */
const LONGEST_TOKEN = 1024;
const LINE_FEED = 10;

const NOTHING = new Uint8Array();

/** Kept output as text. */
export interface OutputText {
  /** What is no UTF-8 has become U+FFFD, so that even a binary is text whose secrets can be found. */
  readonly text: string;
  /** Bytes that came and are not in the text. */
  readonly lostBytes: number;
}

/**
 * Collects output of any length in constant memory: the first `headBytes` and the newest `tailBytes`.
 *
 * Of what stands next to a gap the line that the gap has cut is left out too, because the half of a secret that has lost its
 * name would pass for plain text.
 *
 * Characters are never torn apart: a character whose bytes arrive in two pieces of one stream, with a piece of the other
 * stream between them, is put together first.
 */
export class BoundedOutput {
  /** Bytes that came, kept or not. */
  bytes = 0;
  /** Whether the stream broke off, so that there may have been more to come. */
  brokenOff = false;

  readonly #head: Uint8Array;
  #headLength = 0;
  readonly #tailBytes: number;
  #tail: Uint8Array;
  #tailWritten = 0;
  readonly #torn: Record<OutputPiece["stream"], Uint8Array> = {
    stdout: NOTHING,
    stderr: NOTHING,
  };

  /** Both sizes in bytes. */
  constructor(
    { headBytes, tailBytes }: { readonly headBytes: number; readonly tailBytes: number },
  ) {
    this.#head = new Uint8Array(headBytes);
    this.#tailBytes = tailBytes;
    this.#tail = new Uint8Array(Math.min(tailBytes, 64 * 1024));
  }

  /** Takes the bytes over; the piece may be reused afterwards. */
  add({ stream, data }: OutputPiece): void {
    this.bytes += data.length;
    const held = this.#torn[stream];
    if (held.length > 0) data = joined(held, data);
    const whole = data.length - tornBytes(data);
    this.#torn[stream] = whole === data.length ? NOTHING : data.slice(whole);
    this.#keep(data.subarray(0, whole));
  }

  /** Everything kept, with a line in place of what was left out. */
  text(): OutputText {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#keep(this.#torn[stream]);
      this.#torn[stream] = NOTHING;
    }
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    const head = this.#head.subarray(0, this.#headLength);
    const tail = this.#newest();
    const isWhole = head.length + tail.length === this.bytes;
    if (isWhole) return { text: decode(joined(head, tail)), lostBytes: 0 };
    const oldest = head.subarray(0, cleanEnd(head));
    const newest = tail.subarray(cleanStart(tail));
    const lostBytes = this.bytes - oldest.length - newest.length;
    if (this.#head.length === 0) return { text: decode(newest), lostBytes };
    // In ASCII, because one character beyond Latin-1 doubles the memory of the whole text.
    const gap = `\n[... ${lostBytes} bytes left out ...]\n`;
    return { text: `${decode(oldest)}${gap}${decode(newest)}`, lostBytes };
  }

  #keep(data: Uint8Array): void {
    const toHead = Math.min(this.#head.length - this.#headLength, data.length);
    if (toHead > 0) {
      this.#head.set(data.subarray(0, toHead), this.#headLength);
      this.#headLength += toHead;
    }
    this.#keepNewest(data.subarray(toHead));
  }

  /** A ring: the byte with running number `n` stands at `n % length`. */
  #keepNewest(data: Uint8Array): void {
    if (data.length === 0 || this.#tailBytes === 0) return void (this.#tailWritten += data.length);
    this.#growFor(data.length);
    const kept = data.subarray(Math.max(0, data.length - this.#tail.length));
    const start = (this.#tailWritten + data.length - kept.length) % this.#tail.length;
    const first = Math.min(kept.length, this.#tail.length - start);
    this.#tail.set(kept.subarray(0, first), start);
    this.#tail.set(kept.subarray(first), 0);
    this.#tailWritten += data.length;
  }

  /** Doubles the ring up to its size, so that short outputs cost little; it cannot have wrapped before that. */
  #growFor(more: number): void {
    const needed = Math.min(this.#tailWritten + more, this.#tailBytes);
    if (needed <= this.#tail.length) return;
    const grown = new Uint8Array(
      Math.min(this.#tailBytes, Math.max(needed, this.#tail.length * 2)),
    );
    grown.set(this.#tail.subarray(0, this.#tailWritten));
    this.#tail = grown;
  }

  #newest(): Uint8Array {
    if (this.#tailWritten <= this.#tail.length) return this.#tail.subarray(0, this.#tailWritten);
    const start = this.#tailWritten % this.#tail.length;
    return joined(this.#tail.subarray(start), this.#tail.subarray(0, start));
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** How many bytes at the end begin a UTF-8 character whose rest is missing: 0 to 3. */
function tornBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Where the first whole UTF-8 character begins, after at most three bytes of one whose start is missing. */
function firstCharacter(bytes: Uint8Array): number {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0b1100_0000) === 0b1000_0000) start++;
  return start;
}

/** Where a part begins that can be shown after a gap. */
function cleanStart(bytes: Uint8Array): number {
  const line = bytes.indexOf(LINE_FEED) + 1;
  // The end of an endless line says more than nothing.
  if (line > 0 && line <= Math.max(EDGE_BYTES, bytes.length / 2)) return afterIndented(bytes, line);
  const text = latin1(bytes.subarray(0, EDGE_BYTES));
  for (const edge of CLEAN_EDGES) {
    const end = edgesIn(text, edge).find((end) =>
      end >= LONGEST_VALUE && !ANNOUNCES.test(text.slice(Math.max(0, end - LONGEST_VALUE), end))
    );
    if (end !== undefined) return end;
  }
  const start = tornWordBytes(bytes);
  return start + firstCharacter(bytes.subarray(start));
}

/** How much of an endless word next to a gap is left out, so that no secret begins or ends there. */
function tornWordBytes({ length }: Uint8Array): number {
  return Math.min(length, Math.max(LONGEST_TOKEN, Math.ceil(length / 2)), EDGE_BYTES);
}

/** The line that gives the lines of a block their meaning, as YAML has them, may have been lost. */
function afterIndented(bytes: Uint8Array, start: number): number {
  let line = start;
  while (bytes[line] === 32 || bytes[line] === 9) {
    const next = bytes.indexOf(LINE_FEED, line) + 1;
    if (next === 0 || next - start > EDGE_BYTES) return start;
    line = next;
  }
  return line;
}

/** Where a part ends that can be shown before a gap. */
function cleanEnd(bytes: Uint8Array): number {
  const before = Math.max(0, bytes.length - EDGE_BYTES);
  const line = bytes.lastIndexOf(LINE_FEED) + 1;
  if (line > before) return line;
  const text = latin1(bytes.subarray(before));
  for (const edge of CLEAN_EDGES) {
    const last = edgesIn(text, edge).at(-1);
    if (last !== undefined) return before + last;
  }
  const end = bytes.length - tornWordBytes(bytes);
  return end - tornBytes(bytes.subarray(0, end));
}

function edgesIn(text: string, edge: RegExp): readonly number[] {
  return [...text.matchAll(edge)].map((match) => match.index + match[0].length);
}

/** One character for each byte; those that are looked for are ASCII. */
function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
