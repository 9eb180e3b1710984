import { z } from "zod";
import { isOrdinaryKey } from "./fields.ts";

/** Labels under it are this server's own. */
const OWN_LABELS = "mcp.docker.";
/** Marks what this server made, so that people and cleanups can tell. */
export const OWNER_LABEL = `${OWN_LABELS}owner`;

const MAXIMUM_LABELS = 256;
/** Printable ASCII without blank and "=", which separates key and value everywhere in Docker. */
const LABEL_KEY = /^[!-<>-~]{1,256}$/;
// deno-lint-ignore no-control-regex -- control characters are what must not be there
const LABEL_VALUE = /^[^\x00-\x1f\x7f]*$/;
/** Bytes, as UTF-8. */
const MAXIMUM_VALUE = 4096;

/** Labels for what a tool creates. */
export function labels(): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>> {
  return z.record(z.string(), z.string()).meta({ description: "Labels" })
    .refine((labels) => Object.entries(labels).every(isLabel), {
      error: ({ input }) => mistake(input as Readonly<Record<string, string>>),
    })
    .refine((labels) => Object.keys(labels).length <= MAXIMUM_LABELS, {
      error: `has more than ${MAXIMUM_LABELS} labels`,
    })
    .refine((labels) => !Object.keys(labels).some(isOwnLabel), {
      error: `has a name that begins with "${OWN_LABELS}", which only this server sets`,
    }).optional();
}

/** The labels asked for, and the owner's, which nobody can take for himself. */
export function ownedLabels(
  labels: Readonly<Record<string, string>> | undefined,
  owner: string,
): Record<string, string> {
  return { ...labels, [OWNER_LABEL]: owner };
}

/** Whether only this server may set a label; upper case would be read as the same by many. */
export function isOwnLabel(key: string): boolean {
  return key.toLowerCase().startsWith(OWN_LABELS);
}

/** Whether a name and a value can be a label. */
export function isLabel([key, value]: readonly [string, string]): boolean {
  return isOrdinaryKey(key) && LABEL_KEY.test(key) && LABEL_VALUE.test(value) &&
    new TextEncoder().encode(value).length <= MAXIMUM_VALUE;
}

function mistake(labels: Readonly<Record<string, string>>): string {
  const [key = ""] = Object.entries(labels).find((label) => !isLabel(label)) ?? [];
  // Anything else could be taken for words of this server.
  const shown = /^[ -~]{1,64}$/.test(key) ? ` ${JSON.stringify(key)}` : "";
  return isLabel([key, ""])
    ? `has a label${shown} whose value has control characters or over 4 KiB`
    : `has a name${shown} that is not 1 to 256 printable characters without blank or "="`;
}
