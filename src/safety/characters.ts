// String.raw keeps control characters visible; in a regular expression literal the linter takes them for accidents.
const CONTROL_SEQUENCE = String.raw`(?:\x1b\[|\x9b)[0-?]{0,256}[ -\/]{0,16}[@-~]?`;
const ESCAPED_STRING_START = String.raw`\x1b[P\]X^_]`;
const STRING_START = String.raw`(?:${ESCAPED_STRING_START}|[\x90\x98\x9d-\x9f])`;
const STRING_END = String.raw`(?:\x07|\x9c|\x1b\\)`;
// Terminals give up such a string at CAN, SUB or the next introducer; stopping there also keeps the work linear.
const STRING_STOPS = String.raw`\x07\x18\x1a\x1b\x90\x98\x9b-\x9f`;
const CONTROL_STRING = String.raw`${STRING_START}[^${STRING_STOPS}]{0,4096}${STRING_END}`;
// A string without its end takes the rest of its line only, so that one cut sequence cannot hide what follows. Where it starts
// with a C1 character it takes nothing: that is more often text in a wrong encoding.
const CUT_STRING = String.raw`${ESCAPED_STRING_START}[^\n${STRING_STOPS}]{0,4096}`;
const OTHER_ESCAPE = String.raw`\x1b[ -\/]{0,16}[0-~]?`;

const ESCAPE_SEQUENCES = new RegExp(
  [CONTROL_SEQUENCE, CONTROL_STRING, CUT_STRING, OTHER_ESCAPE].join("|"),
  "g",
);
const LINE_BREAKS = /\r\n?|[\u2028\u2029]/g;
const NONCHARACTERS = /\p{Noncharacter_Code_Point}/gu;
// Cc: C0, DEL and C1. Default ignorable: zero-width, bidi controls, fillers, tags, variation selectors. Then annotations.
const UNSEEN = String.raw`[[\p{Cc}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]--[\t\n]]`;
const UNSEEN_RUNS = new RegExp(`${UNSEEN}+`, "gv");
const UNWANTED = new RegExp(
  String.raw`${UNSEEN}|[\u2028\u2029\p{Noncharacter_Code_Point}\p{Surrogate}]`,
  "v",
);

/** How an emoji is shown, as text or as a picture. */
const EMOJI_STYLE = /^[\ufe0e\ufe0f]/;
const TAKES_EMOJI_STYLE = /^\p{Emoji}/u;
/** The variants of characters that Unicode lists; other selectors carry data only. */
const VARIANT = /^[\ufe00-\ufe02]/;
const TAKES_VARIANT =
  /^[\p{Ideographic}\p{Sm}\p{Script=Myanmar}\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f]/u;
const JOINS_NEXT = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;
const JOINS_PREVIOUS = /^\p{Extended_Pictographic}/u;
const ZERO_WIDTH_JOINER = "\u200d";

/** How many characters or sequences of each class were removed or replaced. */
export type RemovedCounts = Map<string, number>;

const CLASSES: readonly (readonly [string, RegExp])[] = [
  ["control", /\p{Cc}/u],
  ["bidi", /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/],
  ["tag", /[\u{e0000}-\u{e007f}]/u],
  ["variation", /[\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u],
];
const SEPARATORS = /[\u2028\u2029]/g;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * Removes what a reader cannot see but a terminal or a model acts on: escape sequences as a whole, control characters except
 * TAB and LF, bidirectional controls, invisible characters and hidden data in tags or variation selectors.
 *
 * Every kind of line end becomes LF, what is no character becomes U+FFFD. Emoji stay whole, and text in every script stays.
 *
 * @param removed Added to, by class: `ansi` (escape sequences), `control`, `bidi`, `tag`, `variation`, `zero_width` (all else
 *   that is invisible), `separator`, `surrogate` and `noncharacter`. Carriage returns do not count.
 */
export function sanitizeText(text: string, removed?: RemovedCounts): string {
  if (!UNWANTED.test(text)) return text;
  if (removed !== undefined) countReplaced(text, removed);
  return text.toWellFormed()
    .replace(ESCAPE_SEQUENCES, () => {
      count(removed, "ansi");
      return "";
    })
    .replace(LINE_BREAKS, "\n")
    .replace(NONCHARACTERS, () => {
      count(removed, "noncharacter");
      return "\ufffd";
    })
    .replace(UNSEEN_RUNS, (run, offset: number, whole: string) => {
      const kept = keepEmoji(run, offset, whole);
      if (removed !== undefined) countRun(run, kept, removed);
      return kept;
    });
}

function count(removed: RemovedCounts | undefined, name: string, times = 1): void {
  if (times > 0) removed?.set(name, (removed.get(name) ?? 0) + times);
}

function countReplaced(text: string, removed: RemovedCounts): void {
  count(removed, "separator", text.match(SEPARATORS)?.length ?? 0);
  if (!text.isWellFormed()) count(removed, "surrogate", text.match(LONE_SURROGATES)?.length ?? 0);
}

function countRun(run: string, kept: string, removed: RemovedCounts): void {
  let gone = run;
  for (const character of kept) gone = gone.replace(character, "");
  for (const character of gone) {
    const [name = "zero_width"] = CLASSES.find(([, pattern]) => pattern.test(character)) ?? [];
    count(removed, name);
  }
}

/** What stays of a run of unseen characters: a variation selector that changes its base, a joiner between pictographs. */
function keepEmoji(run: string, offset: number, text: string): string {
  const before = Array.from(text.slice(Math.max(0, offset - 2), offset)).at(-1) ?? "";
  const changes = EMOJI_STYLE.test(run)
    ? TAKES_EMOJI_STYLE.test(before)
    : VARIANT.test(run) && TAKES_VARIANT.test(before);
  const selector = changes ? run.charAt(0) : "";
  if (!run.includes(ZERO_WIDTH_JOINER) || !JOINS_NEXT.test(before)) return selector;
  const end = offset + run.length;
  const joins = JOINS_PREVIOUS.test(text.slice(end, end + 2));
  return joins ? selector + ZERO_WIDTH_JOINER : selector;
}
