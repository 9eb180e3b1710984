import { MARKER_LIKE } from "../safety/fence.ts";
import type { ComposePart } from "./compose_values.ts";

/** Plain words that every YAML reader takes for a text. */
const PLAIN = /^[A-Za-z/][\w./-]*$/;
/** Words that some reader takes for something else. */
const SPECIAL = /^(?:y|yes|n|no|true|false|on|off|null|nan|inf)$/i;
/** What YAML cannot print or a reader cannot see, but for the line breaks between the lines of the file itself. */
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0\ufffe\uffff]/u;

/**
 * The file as YAML that readers of YAML 1.1 and 1.2 understand alike: texts that could be taken for numbers, switches or times
 * are quoted, and characters that YAML cannot print or nobody can see are escaped.
 */
export async function composeYaml(model: ComposePart): Promise<string> {
  // Read only when a file is written, because start-up has a bar.
  const { Document, isScalar, visit } = await import("yaml");
  const document = new Document(model, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(key, node) {
      if (!isScalar(node) || typeof node.value !== "string") return;
      const value = node.value.toWellFormed();
      node.value = value;
      node.type = styleOf(value, key === "key");
    },
  });
  const text = document.toString({
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
  // The fence breaks what looks like its marker by a backslash, which YAML would not read.
  return text.replace(new RegExp(HIDDEN, "gu"), escaped).replace(MARKER_LIKE, escaped);
}

function styleOf(value: string, isKey: boolean): "PLAIN" | "QUOTE_DOUBLE" | "BLOCK_LITERAL" {
  if (PLAIN.test(value) && !SPECIAL.test(value)) return "PLAIN";
  // A block keeps neither blanks at the beginning nor, in the eyes of a reader, at the end of a line.
  const isBlock = !isKey && value.includes("\n") && !HIDDEN.test(value) &&
    value.search(MARKER_LIKE) === -1 &&
    !/^\s|[ \t]\n|[ \t]$/.test(value);
  return isBlock ? "BLOCK_LITERAL" : "QUOTE_DOUBLE";
}

/** As a double-quoted text spells a character. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}
