import { isSecretKey } from "./redact_keys.ts";

const MARKER = "[redacted:env]";
/** Build arguments as the history and a build's output print them: `|2 KEY=value OTHER=value with blanks /bin/sh -c …`. */
const BUILD_ARGUMENTS = /(?<=(?:^|[\s"'])\|\d{1,3} )[A-Za-z_]\w{0,127}=[^\n]*?(?= \/bin\/|\n|$)/g;
/** `ENV KEY=value …`, `ARG KEY=value` and `ENV KEY value`, also behind `#(nop)` and `Step 3/5 :`. */
const INSTRUCTION = /(?<=(?:^|[\s:"'])(?:ENV|ARG)[ \t]{1,4})[A-Za-z_]\w{0,127}[= \t][^\n]*/g;
/** A variable with its value, which runs to the next variable or to the end of a JSON string around all. */
const VARIABLE = /(?<=^| )([A-Za-z_]\w{0,127})=([^]*?)(?= [A-Za-z_]\w{0,127}=|["'][,}\]]|$)/g;
const OLD_FORM = /^([A-Za-z_]\w{0,127})[ \t]+([^]*)$/;
const QUOTED = /^(["'])([^]*)\1$/;

const SHORTEST_SECRET = 9;
/** Bits for each character, over which a text looks random: words and versions have about 3. */
const LEAST_ENTROPY = 3.5;
/** How often, at least, a random text changes between small letters, large letters and digits, for each character. */
const LEAST_CHANGES = 0.3;
/** Paths, URLs, options, versions, times, classes and what is given with its algorithm or maker. */
const HARMLESS =
  /^[/~.$%-]|:\/\/|^[\w.+-]{1,16}:[\w.+-]*[/:]|^sha\d{1,3}[-:]|^v?\d+(?:[.:_~+-][A-Za-z]{0,12}\d{0,12})+$|^[a-z][a-z0-9]{1,16}(?:\.\w{1,32})+$|@\w+[.:]/;
/** The form of AWS's secret keys; nothing else has exactly so many characters. */
const AWS_SECRET = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$/;
const WORD = /[A-Za-z0-9]{8,}/g;
/** Digests, commits, fingerprints and ids. */
const HEXADECIMAL = /^(?:[0-9a-f]+|[0-9A-F]+)$/;

/**
 * Replaces values of build arguments and of ENV and ARG instructions, as an image's history has them: by their keys, and where
 * the key says nothing, those that look random.
 */
export function redactHistory(text: string): string {
  if (!/\|\d|ENV|ARG/.test(text)) return text;
  const instructions = text.replace(INSTRUCTION, redactInstruction);
  return instructions.replace(BUILD_ARGUMENTS, redactVariables);
}

/** Replaces every value of build arguments and of ENV and ARG instructions, whatever it is. */
export function hideHistory(text: string): string {
  if (!/\|\d|ENV|ARG/.test(text)) return text;
  const hide = (variables: string): string =>
    OLD_FORM.test(variables)
      ? variables.replace(OLD_FORM, `$1 ${MARKER}`)
      : variables.replace(VARIABLE, `$1=${MARKER}`);
  return text.replace(INSTRUCTION, hide).replace(BUILD_ARGUMENTS, hide);
}

/** Whether a value of unknown meaning is more likely a secret than anything that people write: random and no digest. */
export function looksSecret(value: string): boolean {
  if (value.length < SHORTEST_SECRET || /\s/.test(value) || HARMLESS.test(value)) return false;
  const part = value.slice(0, 1024);
  if (entropy(part) <= LEAST_ENTROPY) return false;
  return AWS_SECRET.test(part) || (part.match(WORD) ?? []).some(isRandom);
}

function redactInstruction(instruction: string): string {
  const [, key, value = ""] = OLD_FORM.exec(instruction) ?? [];
  if (key === undefined) return redactVariables(instruction);
  return isSecret(key, value) ? `${key} ${MARKER}` : instruction;
}

function redactVariables(variables: string): string {
  return variables.replace(
    VARIABLE,
    (whole, key: string, value: string) => isSecret(key, value) ? `${key}=${MARKER}` : whole,
  );
}

function isSecret(key: string, value: string): boolean {
  const inner = QUOTED.exec(value)?.[2] ?? value;
  // A value that goes on in the next line is read with it, as a pair.
  const goesOn = /(?:^|\S)\\$/.test(inner);
  return (!goesOn && isSecretKey(key, inner)) || looksSecret(inner);
}

function isRandom(word: string): boolean {
  if (!/\d/.test(word) || !/[A-Za-z]/.test(word) || HEXADECIMAL.test(word)) return false;
  const changes = word.match(/[a-z](?![a-z])|[A-Z](?![A-Z])|\d(?!\d)/g) ?? [];
  return (changes.length - 1) / word.length >= LEAST_CHANGES;
}

/** Shannon's entropy in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count / text.length * Math.log2(count / text.length);
  return bits;
}
