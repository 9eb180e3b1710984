/** The line that ends a here-document. */
export interface HereDocumentEnd {
  readonly word: string;
  /** Tabs ahead of it do not count. */
  readonly mayBeIndented: boolean;
}

/** The here-documents that begin with an instruction. */
export interface HereDocuments {
  /** In their order. */
  readonly ends: readonly HereDocumentEnd[];
  /** Whether that is more than the text alone can tell for sure. */
  readonly isDoubtful: boolean;
}

const NONE: HereDocuments = { ends: [], isDoubtful: false };
const HOLDERS = /^(?:ADD|COPY|RUN)$/i;
const START = /^\d*<<(-?)([^<]*)$/;
const DELIMITER = /^(?:"([\w.-]+)"|'([\w.-]+)'|([\w.-]+))$/;
/** As Go has it: a byte order mark is none. */
const BLANK = /[^\S\uFEFF]|\x85/;

/**
 * The here-documents of an instruction, as BuildKit finds them: a word of its own such as `<<EOF`, `<<-"EOF"` or `3<<EOF`.
 *
 * @param escape The Dockerfile's escape character
 */
export function hereDocuments(name: string, rest: string, escape: string): HereDocuments {
  const holder = name === "ONBUILD" ? /^\S*/.exec(rest)?.[0] ?? "" : name;
  if (!HOLDERS.test(holder) || !rest.includes("<<") || isList(rest)) return NONE;
  const { words, isCertain } = shellWords(rest, escape);
  const starts = words.filter(isStart).length;
  if (starts === 0) return { ends: [], isDoubtful: !isCertain && rest.split(BLANK).some(isStart) };
  const ends = words.flatMap(endOf);
  return { ends, isDoubtful: !isCertain || rest.startsWith("[") || ends.length !== starts };
}

function isStart(word: string): boolean {
  return Boolean(START.exec(word)?.[2]);
}

function endOf(word: string): HereDocumentEnd[] {
  const [, dash, delimiter = ""] = START.exec(word) ?? [];
  const [, double, single, plain] = DELIMITER.exec(delimiter) ?? [];
  const end = double ?? single ?? plain;
  return end === undefined ? [] : [{ word: end, mayBeIndented: dash === "-" }];
}

/** Words with their quotes, and whether nothing in them makes builders and this differ about where a word ends. */
function shellWords(text: string, escape: string): { words: string[]; isCertain: boolean } {
  const words: string[] = [];
  let quote = "";
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (BLANK.test(character)) {
      if (at > start) words.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (start < text.length) words.push(text.slice(start));
  return { words, isCertain: quote === "" && !isRisky(text, escape) };
}

/** Whether something ahead of the last "<<" could hide or show a quote or a blank. */
function isRisky(text: string, escape: string): boolean {
  const before = text.slice(0, text.lastIndexOf("<<") + 2);
  return /\\[\s\x85"'\\<$]/.test(before) || /\$\{(?!\w+\})/.test(before) ||
    (escape === "`" && before.includes("`"));
}

function isList(text: string): boolean {
  if (!text.startsWith("[")) return false;
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false; // a command that begins with a bracket
  }
}
