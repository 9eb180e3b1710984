import { cutText } from "../docker/cut_text.ts";
import { DockerError } from "../docker/errors.ts";
import { sanitizeText } from "../safety/untrusted.ts";
import type { ToolContext } from "../tools/tool.ts";

/** What gathering for a prompt is given; `redact` is given whole texts, because a cut could tear a secret. */
export type PromptContext = Pick<
  ToolContext,
  "docker" | "signal" | "limits" | "redact" | "registries"
>;

/** What a prompt is made of: our own words, and apart from them what containers, images and people wrote. */
export interface PromptMaterial {
  readonly instructions: readonly string[];
  readonly data: readonly PromptData[];
}

/** Text that others wrote, to be fenced. */
export interface PromptData {
  /** What it is about, e.g. `docker inspect web`. */
  readonly source: string;
  readonly text: string;
  /**
   * Its secrets were replaced field by field; to redact the text as well would damage it, e.g. `image: auth:1.2`.
   * @default {false}
   */
  readonly isRedacted?: boolean;
}

/** One subject, in lines of which each says one thing. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Bytes of all data of a prompt as JSON, so that it stays under 32,000 with instructions, fences and redaction's marks. */
export const DATA_BYTES = 22_000;
/** Characters of one line. */
const LONGEST_LINE = 400;
/** Below this many lines a section is not cut for the sake of the others. */
const FEWEST_LINES = 3;

/** A text as one line of at most `maximum` characters, so that nothing in it can pass for a line of ours. */
export function oneLine(text: string, maximum = LONGEST_LINE): string {
  const flat = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return flat.length <= maximum ? flat : `${cutText(flat, maximum)} …`;
}

/** Words for a list: the first ones, and how many more there are. */
export function shownList(items: readonly string[], most = 10): string {
  const shown = items.slice(0, most).map((item) => oneLine(item, 120)).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** How sections become a text. */
export interface SectionsTextOptions extends Pick<PromptContext, "redact"> {
  /** @default {DATA_BYTES} */
  readonly maximumBytes?: number;
}

/** The sections that say something as text of at most `maximumBytes` as JSON; the longest are cut, and say so. */
export function sectionsText(
  sections: readonly Section[],
  { redact, maximumBytes = DATA_BYTES }: SectionsTextOptions,
): string {
  const kept = sections.filter(({ lines }) => lines.length > 0).map(({ title, lines }) => ({
    title,
    // Sanitized first: what nobody sees could hide a secret from the rules until the pipeline takes it out.
    lines: lines.map((line) => oneLine(redact(sanitizeText(line)))),
    left: 0,
  }));
  for (;;) {
    const text = kept.map(sectionText).join("\n");
    if (jsonBytes(text) <= maximumBytes) return text;
    const longest = kept.filter(({ lines }) => lines.length > FEWEST_LINES)
      .toSorted((a, b) => jsonBytes(b.lines.join("")) - jsonBytes(a.lines.join("")))[0];
    if (longest === undefined) return cutText(text, Math.floor(maximumBytes / 6));
    const half = Math.max(FEWEST_LINES, Math.floor(longest.lines.length / 2));
    longest.left += longest.lines.length - half;
    longest.lines = longest.lines.slice(0, half);
  }
}

/** Bytes that a text takes inside JSON. */
export function jsonBytes(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length - 2;
}

function sectionText({ title, lines, left }: Section & { readonly left: number }): string {
  const more = left > 0 ? [`- (${left} more lines left out)`] : [];
  return [`# ${title}`, ...lines.map((line) => `- ${line}`), ...more, ""].join("\n");
}

/** Notes what could not be read, so that nobody takes it for what is not there. */
export class Unseen {
  /** One clause each. */
  readonly reasons: string[] = [];

  /** The answer; undefined, with a note, where the Engine could not give it. */
  async attempt<Value>(what: string, reading: Promise<Value>): Promise<Value | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      this.reasons.push(
        `${what}: ${error.code === "not_found" ? "gone meanwhile" : oneLine(error.message, 200)}`,
      );
      return undefined;
    }
  }

  /** The section that tells it, with what no Engine can tell. */
  section(...always: readonly string[]): Section {
    return { title: "Not seen", lines: [...this.reasons, ...always] };
  }
}

/**
 * Runs what may not end by itself for at most `milliseconds`.
 *
 * @throws {DockerError} `timeout`, naming `what`, after that
 */
export async function within<Value>(
  milliseconds: number,
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController();
  const reason = new DockerError(
    "timeout",
    `Cannot read ${what}: no end within ${milliseconds} ms`,
  );
  const timer = setTimeout(() => late.abort(reason), milliseconds);
  try {
    return await run(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
