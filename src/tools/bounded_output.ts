import type { OutputPiece } from "../docker/streams/demux.ts";

/** Whether bytes are rather a binary than text: this share of replaced characters. */
const BINARY_SHARE = 0.1;
/** What is shown of a binary. */
const BINARY_SAMPLE_BYTES = 4096;

const NOTHING = new Uint8Array();

/** Kept output as text, or a sample of it in base64 where it is binary. */
export interface OutputText {
  readonly text: string;
  readonly encoding?: "base64";
}

/**
 * Collects output of any length in constant memory: the first `headBytes` and the newest `tailBytes`.
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

  /** Bytes that came and were not kept; a character torn by the cut is left out of {@linkcode text} besides. */
  get lostBytes(): number {
    return this.#headLength < this.#head.length
      ? 0
      : Math.max(0, this.#tailWritten - this.#tailBytes);
  }

  /** Everything kept, with a line in place of what was left out. */
  text(): OutputText {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#keep(this.#torn[stream]);
      this.#torn[stream] = NOTHING;
    }
    const lost = this.lostBytes;
    const head = this.#head.subarray(0, this.#headLength);
    const tail = this.#newest();
    // Only where something is missing between them can a character be torn.
    const oldest = lost === 0 ? head : head.subarray(0, head.length - tornBytes(head));
    const newest = lost === 0 ? tail : tail.subarray(firstCharacter(tail));
    const sample = joined(oldest, newest.subarray(0, BINARY_SAMPLE_BYTES))
      .subarray(0, BINARY_SAMPLE_BYTES);
    if (isBinary(sample)) return { text: sample.toBase64(), encoding: "base64" };
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    if (lost === 0) return { text: decode(joined(head, tail)) };
    if (head.length === 0) return { text: decode(newest) };
    // In ASCII, because one character beyond Latin-1 doubles the memory of the whole text.
    return { text: `${decode(oldest)}\n[... ${lost} bytes left out ...]\n${decode(newest)}` };
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

function isBinary(sample: Uint8Array): boolean {
  if (sample.includes(0)) return true;
  // A log driver has replaced the bytes of a character that is cut at the end already.
  const text = new TextDecoder().decode(sample.subarray(0, sample.length - tornBytes(sample)))
    .replace(/\uFFFD{1,3}$/, "");
  const replaced = text.split("\uFFFD").length - 1;
  return replaced > text.length * BINARY_SHARE;
}
