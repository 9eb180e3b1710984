const texts = new WeakMap<object, string>();

/** The JSON text of an answer, which never changes; made once, because several steps look at it. */
export function jsonText(output: Readonly<Record<string, unknown>>): string {
  const known = texts.get(output);
  if (known !== undefined) return known;
  const text = JSON.stringify(output);
  texts.set(output, text);
  return text;
}

/** Bytes of a value as JSON in UTF-8; 0 where JSON has no such value. */
export function jsonBytes(value: unknown): number {
  return byteLength(JSON.stringify(value) ?? "");
}

/** Bytes of a text in UTF-8; counts instead of encoding, which would take as much memory again as the text. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Either half of a pair counts two of its four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return bytes;
}
