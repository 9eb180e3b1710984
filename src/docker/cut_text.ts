/** Of a word that goes on and on, no more than this is left out; whoever looks for tokens knows longer ones by their beginning. */
const LONGEST_TOKEN = 256;

/** The beginning of a text, at most `maximum` characters, without the word that the cut would tear: half a token looks like none. */
export function cutText(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  const head = text.slice(0, maximum);
  if (/\s/.test(text.charAt(maximum))) return head;
  const blank = Math.max(...[" ", "\n", "\t"].map((blank) => head.lastIndexOf(blank)));
  return head.slice(0, Math.max(blank + 1, maximum - LONGEST_TOKEN, 0)).trimEnd();
}
