const texts = new WeakMap<object, string>();

/** The JSON text of an answer, which never changes; made once, because several steps look at it. */
export function jsonText(output: Readonly<Record<string, unknown>>): string {
  const known = texts.get(output);
  if (known !== undefined) return known;
  const text = JSON.stringify(output);
  texts.set(output, text);
  return text;
}
