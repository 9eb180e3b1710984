/** One `NAME=value` line of an environment file. */
export interface EnvFileEntry {
  readonly name: string;
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** What an environment file says, and the lines that say nothing that can be understood. */
export interface EnvFile {
  readonly entries: readonly EnvFileEntry[];
  /** Line numbers, counted from 1. */
  readonly badLines: readonly number[];
}

const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/;
const QUOTED = /^(["'`])(.*?)\1\s*(?:#.*)?$/;

/**
 * Reads an environment file: `NAME=value` lines with an optional `export`, quotes around a value, and `#` comments.
 * Stricter than dotenv, which drops a line it cannot read: here a lost line could be a lost restriction. A value is on one
 * line, and nothing in it is expanded.
 */
export function readEnvFile(text: string): EnvFile {
  const entries: EnvFileEntry[] = [];
  const badLines: number[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) continue;
    const [, name, rest] = ASSIGNMENT.exec(content) ?? [];
    const value = rest === undefined ? undefined : unquote(rest);
    if (name === undefined || value === undefined) badLines.push(index + 1);
    else entries.push({ name, text: value, line: index + 1 });
  }
  return { entries, badLines };
}

function unquote(rest: string): string | undefined {
  if (!/^["'`]/.test(rest)) return rest.replace(/(?:^|\s+)#.*$/, "").trimEnd();
  return QUOTED.exec(rest)?.[2];
}
