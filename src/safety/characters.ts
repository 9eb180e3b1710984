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

const VARIATION_SELECTOR = /[\ufe00-\ufe0f]/;
/** Letters carry no variants in ASCII; digits, `#` and `*` do, as keycaps. */
const TAKES_VARIATION = /^(?:\P{ASCII}|[0-9#*])/u;
const JOINS_NEXT = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;
const JOINS_PREVIOUS = /^\p{Extended_Pictographic}/u;
const ZERO_WIDTH_JOINER = "\u200d";

/**
 * Removes what a reader cannot see but a terminal or a model acts on: escape sequences as a whole, control characters except
 * TAB and LF, bidirectional controls, invisible characters and hidden data in tags or variation selectors.
 *
 * Every kind of line end becomes LF, what is no character becomes U+FFFD. Emoji stay whole, and text in every script stays.
 */
export function sanitizeText(text: string): string {
  if (!UNWANTED.test(text)) return text;
  return text.toWellFormed()
    .replace(ESCAPE_SEQUENCES, "")
    .replace(LINE_BREAKS, "\n")
    .replace(NONCHARACTERS, "\ufffd")
    .replace(UNSEEN_RUNS, keepEmoji);
}

/** What stays of a run of unseen characters: a variation selector that changes its base, a joiner between pictographs. */
function keepEmoji(run: string, offset: number, text: string): string {
  const before = Array.from(text.slice(Math.max(0, offset - 2), offset)).at(-1) ?? "";
  const selector = TAKES_VARIATION.test(before) ? VARIATION_SELECTOR.exec(run)?.[0] ?? "" : "";
  if (!run.includes(ZERO_WIDTH_JOINER) || !JOINS_NEXT.test(before)) return selector;
  const end = offset + run.length;
  const joins = JOINS_PREVIOUS.test(text.slice(end, end + 2));
  return joins ? selector + ZERO_WIDTH_JOINER : selector;
}
