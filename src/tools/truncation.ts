import type { CutField, TruncationInfo } from "./fields.ts";
import { cutStrings, type Json } from "./views.ts";

/**
 * The first rows of a list, and what is missing.
 *
 * @param limit Rows; 0 is no limit.
 * @param which Which rows come first: the Engine lists containers and images newest first.
 */
export function cutRows<Row>(
  found: readonly Row[],
  limit: number,
  which = "newest",
): { rows: readonly Row[]; truncation_info: TruncationInfo } {
  if (limit === 0 || found.length <= limit) return { rows: found, truncation_info: {} };
  const message =
    `The ${which} ${limit} of ${found.length} are shown; narrow the list with filters`;
  return {
    rows: found.slice(0, limit),
    truncation_info: {
      truncated: true,
      original_count: found.length,
      truncated_count: limit,
      message,
    },
  };
}

/** An object with its strings cut to `limit` bytes (0: none), and which were. */
export function cutFields(
  shown: Json,
  limit: number,
): { details: Record<string, unknown>; truncation_info: TruncationInfo } {
  const { value, cut } = cutStrings(shown, limit);
  const fields = Object.entries(cut);
  if (fields.length === 0) return { details: value, truncation_info: {} };
  const message = `Fields longer than ${limit} bytes were cut (SAFETY_MAX_INSPECT_FIELD_BYTES)`;
  const truncation_info = {
    truncated: true,
    truncated_fields: Object.fromEntries(fields.map(([path, bytes]) => [path, cutField(bytes)])),
    truncated_fields_count: fields.length,
    message,
  };
  return { details: value, truncation_info };
}

function cutField(original_bytes: number): CutField {
  return { original_bytes, original_size_human: humanSize(original_bytes) };
}

function humanSize(bytes: number): string {
  const units = ["B", "KiB", "MiB"];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
