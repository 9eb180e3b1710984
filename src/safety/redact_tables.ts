import { isSecretKey, secretKind } from "./redact_keys.ts";

const MARKER = "[redacted:field]";
/** A line of two cells, told by bars, a TAB, aligned blanks or a comma: of more cells no reader knows which is the value. */
const ROW =
  /^(?:\d[\dT:.+-]{8,40}Z )?([ \t]{0,8}(?:[|│┃][ \t]{0,8})?)(["'`*]{0,2})([A-Za-z_][\w.-]{1,63})\2([ \t]{0,64}[|│┃][ \t]{0,64}| {0,8}\t[ \t]{0,8}| {2,64}|,)(["'`]?)([^\s|│┃"'`]{6,256})\5[ \t]{0,64}[|│┃]?[ \t]*$/gm;
/** Letters with a digit, as chosen and generated secrets have them and words of a table have not. */
const CHOSEN = /^(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[^*&[({<$~./%-]/;
/** Versions, sizes, times, types and algorithms. */
const COMMON =
  /^(?:v?\d+[.:-][\w.:+~-]*|\d+[a-z]{1,2}|\w+\(\d+\)[,;]?|(?:u?int|float|sha|md|[ehpr]s|aes|argon|scram|pbkdf|base|utf|ed|rsa|ecdsa|x|oauth|http)-?\d.*)$/i;
/** An image with its tag, and an id, which lists have beside a name such as `vault-token`. */
const REFERENCE = /^[\w./-]+:[\w.-]+$|^[0-9a-f]{12}$/;
/** A here-document, as shells and build pipelines take values of several lines. */
const HERE_DOCUMENT =
  /(?<![\w.-])([\w.-]{1,128})[ \t]?<<-?(["']?)([A-Za-z_]\w{0,63})\2[ \t]*(?=\n)((?:\n(?![ \t]*\3[ \t]*(?:\n|$))[^\n]{0,256}){1,8})(?=\n[ \t]*\3[ \t]*(?:\n|$)|$)/g;

/** Replaces the secret beside its name in a table or list of two columns, and in a here-document. */
export function redactTables(text: string): string {
  const rows = text.replace(ROW, redactRow);
  if (!rows.includes("<<")) return rows;
  return rows.replace(
    HERE_DOCUMENT,
    (whole, key: string, _quote, _end, body: string) =>
      isSecretKey(key, body) ? `${whole.slice(0, -body.length)}\n${MARKER}` : whole,
  );
}

function redactRow(row: string, ...found: string[]): string {
  const [start = "", , key = "", gap = "", , value = ""] = found;
  const kind = secretKind(key);
  if (kind !== "password" && kind !== "credential") return row;
  if (!CHOSEN.test(value) || COMMON.test(value)) return row;
  if (kind === "credential" && REFERENCE.test(value)) return row;
  if (gap === "," && value.includes(",")) return row;
  // `auth-token-1  | ready2serve` is a service and what it logs.
  const isService = /[|│┃]/.test(gap) && !/[|│┃]/.test(start);
  if (isService && (kind === "credential" || /-\d+$/.test(key))) return row;
  if (!isSecretKey(key, value)) return row;
  const at = row.lastIndexOf(value);
  return row.slice(0, at) + MARKER + row.slice(at + value.length);
}
