import { z } from "zod";

/** A schema that reads text; its description completes "expected …". */
export type TextSchema<Value> = z.ZodType<Value, string>;

// The words the contract accepts, in any case.
const TRUE_WORDS = new Set(["true", "1", "yes", "on"]);
const FALSE_WORDS = new Set(["false", "0", "no", "off"]);

const TOO_LONG = "is longer than 4096 characters";

/** A control character in a path or address is a copying accident, and would forge lines in messages. */
function printable(): z.ZodString {
  return z.string().regex(/^\P{Cc}*$/u, { error: "has a control character" });
}

function booleanWord(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

function refuse(context: z.core.ParsePayload<string>, message: string): never {
  context.issues.push({ code: "custom", message, input: context.value });
  return z.NEVER;
}

/** `true`, `1`, `yes`, `on` and their opposites, in any case. */
export function booleanText(): TextSchema<boolean> {
  return z.codec(z.string(), z.boolean(), {
    decode: (text, context) => booleanWord(text) ?? refuse(context, "is neither true nor false"),
    encode: String,
  }).describe("true or false");
}

/** A boolean word or one further word, in any case. */
export function booleanOrText<const Word extends string>(word: Word): TextSchema<boolean | Word> {
  return z.codec(z.string(), z.union([z.boolean(), z.literal(word)]), {
    decode: (text, context) => {
      if (text.trim().toLowerCase() === word) return word;
      return booleanWord(text) ?? refuse(context, `is not true, false or ${word}`);
    },
    encode: String,
  }).describe(`true, false or ${word}`);
}

/** A whole number from `minimum` to `maximum`, both allowed. */
export function integerText(minimum: number, maximum: number): TextSchema<number> {
  const digits = z.string().trim().regex(/^[+-]?\d+$/, { error: "is not a whole number" });
  const error = ({ input }: { readonly input?: unknown }): string =>
    Number(input) < minimum ? "is too small" : "is too large";
  const inRange = z.int({ error }).min(minimum, { error }).max(maximum, { error });
  return z.codec(digits, inRange, { decode: Number, encode: String })
    .describe(`${minimum} to ${maximum}`);
}

/** One of the given lower-case words, in any case. */
export function choiceText<const Word extends string>(words: readonly Word[]): TextSchema<Word> {
  return z.codec(z.string(), z.enum(words), {
    decode: (text, context) => {
      const given = text.trim().toLowerCase();
      return words.find((word) => word === given) ?? refuse(context, "is not one of the choices");
    },
    encode: (word) => word,
  }).describe(`one of ${words.join(", ")}`);
}

/** The transports of this version; those of others get words of their own. */
export function transportText(): TextSchema<"stdio"> {
  return z.codec(z.string(), z.literal("stdio"), {
    decode: (text, context) => {
      const given = text.trim().toLowerCase();
      if (given === "stdio") return "stdio" as const;
      const known = ["sse", "http", "streamable-http"].includes(given);
      return refuse(context, known ? "is not served by this version" : "is not a transport");
    },
    encode: (word) => word,
  }).describe("stdio");
}

/** Text on one line, taken as it is. */
export function lineText(expected: string): TextSchema<string> {
  return printable().max(4096, { error: TOO_LONG }).describe(expected);
}

/** The absolute path of a file, or the one word; `~/` stands for the home directory. */
export function filePathText(word: string, expected: string): TextSchema<string> {
  return printable().max(4096, { error: TOO_LONG })
    .refine((text) => text === word || isAbsolutePath(text), { error: "is not an absolute path" })
    .describe(expected);
}

/** Any text, taken as it is. */
export function secretText(): TextSchema<string> {
  return z.string().max(4096, { error: TOO_LONG }).describe("a text");
}

/** An `http(s)` URL, kept exactly as written: an issuer is compared letter by letter. */
export function urlText(): TextSchema<string> {
  const isUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);
  return printable().trim().refine(isUrl, { error: "is not a URL" })
    .describe("a URL that starts with https:// (or http://)");
}

/** The address of an Engine; `schemes` are those it may start with, without `://`. */
export function addressText(schemes: readonly string[]): TextSchema<string> {
  const listed = schemes.map((scheme) => `${scheme}://`).join(", ");
  return printable().trim().check((context) => {
    const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(context.value) ?? [];
    if (scheme === undefined) {
      // The docker command takes a bare host:port as tcp://.
      if (!/^[^\s/]+:\d{1,5}$/.test(context.value)) refuse(context, "has no scheme");
    } else if (scheme.toLowerCase() === "http") {
      refuse(context, `names plain HTTP; write tcp://${hostOf(rest)} instead`);
    } else if (!schemes.includes(scheme.toLowerCase())) {
      refuse(context, `has the unknown scheme ${scheme}://`);
    } else if (rest === "") {
      refuse(context, "has nothing after its scheme");
    }
  }).describe(`an address that starts with ${listed}`);
}

function hostOf(rest: string): string {
  return rest.replace(/\/.*$/s, "").replace(/^.*@/, "");
}

/** Words separated by commas, or a JSON array of strings; blanks around them and repetitions are dropped. */
export function listText(): TextSchema<readonly string[]> {
  return z.codec(z.string(), z.array(z.string()).readonly(), {
    decode: (text, context) => {
      const words = text.trimStart().startsWith("[") ? jsonWords(text) : text.split(",");
      if (words === undefined) return refuse(context, "is not a JSON array of strings");
      return [...new Set(words.map((word) => word.trim()).filter((word) => word !== ""))];
    },
    encode: (words) => words.join(","),
  }).describe("words separated by commas, or a JSON array of strings");
}

/** As {@linkcode listText}, of absolute paths; `~/` stands for the home directory. */
export function pathListText(): TextSchema<readonly string[]> {
  return listText().refine((paths) => paths.every(isAbsolutePath), {
    error: "has a path that is not absolute",
  }).describe("absolute paths separated by commas, or a JSON array of them");
}

function isAbsolutePath(path: string): boolean {
  return /^(?:\/|~[\\/]|[A-Za-z]:[\\/]|\\\\)\P{Cc}*$/u.test(path);
}

function jsonWords(text: string): string[] | undefined {
  try {
    return z.array(z.string()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
