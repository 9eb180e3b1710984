import type { JSONRPCMessage } from "@modelcontextprotocol/server";

/** A message longer than this is refused before it is parsed; a tool call is a few hundred bytes. */
const MAXIMUM_BYTES = 4 * 1024 * 1024;
/** Nesting beyond this is an attack on recursive code, not a message. */
const MAXIMUM_DEPTH = 64;

const NEWLINE = 10;

/** One line of input: a message, or the JSON-RPC error that answers it. */
export type MessageLine =
  | { readonly message: JSONRPCMessage }
  | {
    readonly id: string | number | null;
    readonly error: { readonly code: number; readonly message: string };
  };

/** Splits `input` into lines and reads each as a JSON-RPC message; ends with the input or when `signal` aborts. */
export async function* messageLines(
  input: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<MessageLine> {
  const reader = input.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {}); // the other end may be gone already
  signal.addEventListener("abort", cancel);
  const line = new LineBuffer();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      for (const bytes of line.split(value)) yield* readLine(bytes);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    reader.releaseLock();
  }
}

/** Collects a line across chunks; a line that grows too long is dropped to its end and yields `undefined`. */
class LineBuffer {
  #parts: Uint8Array[] = [];
  #length = 0;

  *split(chunk: Uint8Array): Generator<Uint8Array | undefined> {
    let start = 0;
    for (let end; (end = chunk.indexOf(NEWLINE, start)) !== -1; start = end + 1) {
      this.#add(chunk.subarray(start, end));
      yield this.#take();
    }
    this.#add(chunk.subarray(start));
  }

  #add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > MAXIMUM_BYTES) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): Uint8Array | undefined {
    const parts = this.#parts;
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    if (length > MAXIMUM_BYTES) return undefined;
    if (parts.length === 1 && parts[0] !== undefined) return parts[0];
    const line = new Uint8Array(length);
    let offset = 0;
    for (const part of parts) {
      line.set(part, offset);
      offset += part.length;
    }
    return line;
  }
}

function* readLine(bytes: Uint8Array | undefined): Generator<MessageLine> {
  if (bytes === undefined) {
    yield failure(-32600, `Invalid request: longer than ${MAXIMUM_BYTES} bytes`);
    return;
  }
  const text = new TextDecoder().decode(bytes).trim();
  const line = text === "" ? undefined : readMessage(text);
  if (line !== undefined) yield line;
}

/** Nothing for an answer to no request of ours: answering an answer would go on for ever. */
function readMessage(text: string): MessageLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure(-32700, "Parse error: the line is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return failure(-32600, "Invalid request: expected one JSON-RPC object a line");
  }
  const message = value as Record<string, unknown>;
  const id = isId(message.id) ? message.id : null;
  if (id === null && isAnswer(message)) return undefined;
  const mistake = mistakeIn(message);
  return mistake === undefined
    ? { message: message as JSONRPCMessage }
    : failure(-32600, `Invalid request: ${mistake}`, id);
}

function mistakeIn(message: Record<string, unknown>): string | undefined {
  if (message.jsonrpc !== "2.0") return 'jsonrpc must be "2.0"';
  if (!isAnswer(message) && typeof message.method !== "string") return "method must be a string";
  if ("id" in message && !isId(message.id)) return "id must be a string or a whole number";
  const { params } = message;
  if (
    params !== undefined && (typeof params !== "object" || params === null || Array.isArray(params))
  ) {
    return "params must be an object";
  }
  return mistakeInside(message);
}

function isAnswer(message: Record<string, unknown>): boolean {
  return "result" in message || "error" in message;
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" || Number.isSafeInteger(id);
}

/** Walks level by level, so that depth costs no stack. */
function mistakeInside(message: Record<string, unknown>): string | undefined {
  let level: object[] = [message];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAXIMUM_DEPTH) return `nested deeper than ${MAXIMUM_DEPTH} levels`;
    // What reads the message later would drop this key without a word, and what it holds.
    if (level.some((item) => Object.hasOwn(item, "__proto__"))) return 'it has a key "__proto__"';
    level = level.flatMap((item) => Object.values(item).filter((inner) => inner instanceof Object));
  }
  return undefined;
}

function failure(code: number, message: string, id: string | number | null = null): MessageLine {
  return { id, error: { code, message } };
}
