import { RefusedError } from "./refused.ts";

const SIZE = /^(\d+(?:\.\d+)?)\s?(?:([kmgtp])i?)?b?$/i;
const POWERS = "kmgtp";
/** The Engine refuses less. */
const MINIMUM_BYTES = 6 * 1024 * 1024;

/**
 * Reads an amount of memory as `docker run --memory` does: units are powers of 1024, none means bytes.
 *
 * @throws {RefusedError} `invalid_arguments` for another form, or less than 6 MiB.
 */
export function memoryBytes(text: string): number {
  const [, amount, unit = ""] = SIZE.exec(text) ?? [];
  const power = unit === "" ? 0 : POWERS.indexOf(unit.toLowerCase()) + 1;
  const bytes = amount === undefined ? Number.NaN : Math.floor(Number(amount) * 1024 ** power);
  if (!(bytes >= MINIMUM_BYTES && Number.isSafeInteger(bytes))) {
    throw new RefusedError(
      "invalid_arguments",
      `mem_limit: "${text.slice(0, 32)}" is not an amount of memory of at least 6 MiB`,
      'Write a number with a unit, e.g. "512m" or "1.5g"',
    );
  }
  return bytes;
}
