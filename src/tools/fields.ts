import { z } from "zod";
import {
  isContainerLookup,
  isImageLookup,
  isNetworkLookup,
  isVolumeName,
} from "../docker/reference.ts";

/** Characters, as in the contract. */
const MAXIMUM_COMMAND = 65_536;

/** A container's name or id, or enough of its id to be unique; one leading `/`, as Docker prints names, is dropped. */
export function containerRef(): z.ZodType<string, string> {
  return z.string().meta({ description: "Name or id" })
    .overwrite((value) => value.replace(/^\//, ""))
    .refine(isContainerLookup, {
      error: 'is not a container name or id; expected letters, digits, "_", "." or "-"',
    });
}

/** An image on the Engine: a reference by the full grammar, an id, or at least six digits of one. */
export function imageRef(): z.ZodString {
  return z.string().meta({ description: "Reference or id" }).refine(isImageLookup, {
    error: "is not an image reference; expected name[:tag][@digest] or an image id",
  });
}

/** A network's name or id, or enough of its id to be unique. */
export function networkRef(): z.ZodString {
  return z.string().meta({ description: "Name or id" }).refine(isNetworkLookup, {
    error: 'is not a network name or id; expected letters, digits, "_", "." or "-"',
  });
}

/** The name of a volume. */
export function volumeName(description: string): z.ZodString {
  return z.string().meta({ description }).refine(isVolumeName, {
    error: 'expected 2 to 128 letters, digits, "_", "." or "-"',
  });
}

/** What makes a network or a volume; a plugin is named like an image. */
export function driverName(usual: string): z.ZodDefault<z.ZodString> {
  return z.string().refine((name) => /^[a-zA-Z0-9][\w./:-]{0,127}$/.test(name), {
    error: 'is not the name of a driver; expected letters, digits, "_", ".", "/", ":" or "-"',
  }).default(usual).meta({ description: "Driver" });
}

/** A whole number of seconds. */
export function seconds(description: string, maximum = 3600): z.ZodNumber {
  return z.number().int().min(0).max(maximum).meta({ description });
}

/** A point in time as docker's `--since` and `--until` take it; `parseTime` reads it. */
export function pointInTime(which: "since" | "until"): z.ZodOptional<z.ZodString> {
  const description = which === "since" ? '"10m", RFC 3339, a date or Unix seconds' : "As since";
  return z.string().max(64).meta({ description }).optional();
}

/** Filters by name: only the keys given, each with one value or several. */
export function filters<const Key extends string>(
  keys: readonly [Key, ...Key[]],
  description: string,
): z.ZodOptional<z.ZodType<Filters, Filters>> {
  const value = z.union([z.string().max(1024), z.array(z.string().max(1024)).min(1).max(64)]);
  return z.partialRecord(z.enum(keys), value).meta({ description }).optional();
}

/** Filters as tools take them. */
export type Filters = Readonly<Partial<Record<string, string | string[]>>>;

/** Asks for everything the Engine said, redacted. */
export function verbose(description: string): z.ZodDefault<z.ZodBoolean> {
  return z.boolean().default(false).meta({ description });
}

/** The arrays that the Engine wants for filters, or nothing where none were given. */
export function engineFilters(
  given: Filters | undefined,
): Record<string, readonly string[]> | undefined {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? [value] : value ?? []]),
  );
}

/** What was cut from an answer and how to get the rest; `{}` where nothing was cut. */
export function truncationInfo(): z.ZodType<TruncationInfo, TruncationInfo> {
  // Loose, because it is ours and not the Engine's, and every conversation pays for each key of a schema.
  return z.looseObject({ truncated: z.boolean().optional(), message: z.string().optional() });
}

/** What was cut from an answer. */
export interface TruncationInfo {
  /** Present, and true, only where something was cut. */
  truncated?: boolean | undefined;
  /** Rows or lines there were; absent where the Engine was not asked for all. */
  original_count?: number | undefined;
  /** Rows or lines in this answer. */
  truncated_count?: number | undefined;
  /** Bytes there were. */
  original_bytes?: number | undefined;
  /** Bytes in this answer. */
  truncated_bytes?: number | undefined;
  /** What each cut field had, by its path. */
  truncated_fields?: Record<string, CutField> | undefined;
  truncated_fields_count?: number | undefined;
  /** One sentence: what is missing and how to ask for it. */
  message?: string | undefined;
}

/** How long a field was before it was cut. */
export interface CutField {
  readonly original_bytes: number;
  /** The same for people, e.g. `64.0 KiB`. */
  readonly original_size_human: string;
}

/** A command: an argument list, or one line. Items may hold anything but NUL. */
export function command(
  description: string,
): z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]> {
  const item = z.string().max(MAXIMUM_COMMAND).refine(hasNoNul, { error: "has a NUL character" });
  const list = z.array(item).min(1).max(4096).refine(
    (words) => words.join("").length <= MAXIMUM_COMMAND,
    {
      error: `has more than ${MAXIMUM_COMMAND} characters in all`,
    },
  );
  return z.union([item, list]).meta({ description });
}

/** Whether a text is an absolute, plain path; below /proc one can reach out of the container (CVE-2024-21626). */
export function isContainerPath(path: string): boolean {
  return /^\/[^\0\n]*$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path) &&
    !/^\/+(?:proc|sys|dev)(?:\/|$)/.test(path);
}

const PLATFORM = /^[a-z0-9_.-]+\/[a-z0-9_.-]+(?:\/[a-z0-9_.-]+)?$/;

/** The platform of an image. */
export function platform(): z.ZodOptional<z.ZodString> {
  return z.string().max(64)
    .refine((platform) => PLATFORM.test(platform), { error: "expected os/arch[/variant]" })
    .optional().meta({ description: "E.g. linux/arm64" });
}

/** Environment variables by name. */
export function environment(
  description = "Variables",
): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>> {
  return z.record(z.string(), z.string()).meta({ description })
    .refine((variables) => Object.entries(variables).every(isVariable), {
      error:
        'has a name that begins with a blank or holds "=" or a control character, or a value with a NUL or over 128 KiB',
    })
    .refine((variables) => Object.keys(variables).length <= MAXIMUM_VARIABLES, {
      error: `has more than ${MAXIMUM_VARIABLES} variables`,
    }).optional();
}

/** Printable ASCII and anything beyond it, but no "=" or control character, and no blank in front. */
const VARIABLE_NAME = /^[!-<>-~\u00a0-\u{10ffff}][ -<>-~\u00a0-\u{10ffff}]{0,255}$/u;
const MAXIMUM_VALUE = 131_072;
const MAXIMUM_VARIABLES = 1000;

/** Whether a key of a map that callers fill is one that no object of JavaScript has a meaning for. */
export function isOrdinaryKey(key: string): boolean {
  return key !== "__proto__" && key !== "constructor" && key !== "prototype";
}

function isVariable([name, value]: [string, string]): boolean {
  return VARIABLE_NAME.test(name) && value.length <= MAXIMUM_VALUE &&
    hasNoNul(value);
}

function hasNoNul(text: string): boolean {
  return !text.includes("\0");
}

/** Always `NAME=value`: the Engine takes a bare name as an order to unset it. */
export function environmentList(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}
