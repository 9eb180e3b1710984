import { DockerError } from "../docker/errors.ts";
import { byteLength, jsonText } from "../tools/json_text.ts";
import { RefusedError } from "../tools/refused.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";
import { asciiJson, type AuditFields } from "./audit_chain.ts";
import { sha256 } from "./sha256.ts";

/** Bytes of arguments in a record, as ASCII. */
const MAXIMUM_ARGS = 2048;
/** Characters of JSON of arguments that are cleaned as they are: 64 Ki; of longer ones, the beginning of each text. */
const MAXIMUM_WHOLE = 64 * 1024;
/** Characters of a text of such arguments. */
const MAXIMUM_HEAD = 512;
/** Members of a list of such arguments. */
const MAXIMUM_ITEMS = 256;
/** Bytes of targets as ASCII, so that a record stays shorter than the end of a file that is looked at; more are counted only. */
const MAXIMUM_TARGETS = 64 * 1024;
/** Nothing that names an object is longer. */
const MAXIMUM_TARGET = 256;
const CUT = "...";

/** How a call ended. */
export type CallEnd =
  | { readonly output: ToolOutput }
  | { readonly error: unknown }
  /** The server ended first. */
  | { readonly aborted: string };

/** The records of one call. */
export interface CallRecord {
  /** What a call is about to change. */
  readonly intent: () => AuditFields;
  /** How it ended; never its result. */
  readonly outcome: (end: CallEnd) => AuditFields;
}

/**
 * Begins the records of a call.
 *
 * @param clean Takes secrets and unseen characters out of a JSON value.
 */
export function callRecord(call: ToolCall, clean: (value: unknown) => unknown): CallRecord {
  const start = performance.now();
  const { facts, operation, caller } = call;
  const args = cleanArguments(call.input, clean);
  const about = (phase: string, decision?: string, reason?: string): AuditFields => ({
    request_id: facts.id,
    phase,
    principal: String(clean(caller.id)),
    client_ip: facts.origin.clientIp,
    transport: facts.origin.transport,
    protocol: facts.origin.protocol,
    kind: operation.kind ?? "tool",
    name: operation.name,
    decision,
    reason,
    ...args,
    targets: targets(facts.targets, clean),
    engine_calls: facts.engineCalls,
  });
  return {
    intent: () => about("intent"),
    outcome: (end) => {
      const { decision, reason } = verdict(call, end);
      return {
        ...about("outcome", decision, reason),
        bytes_out: bytesOut(end),
        duration_ms: Math.round((performance.now() - start) * 10) / 10,
        redactions: total(facts.redactions),
        sanitised: total(facts.sanitised),
      };
    },
  };
}

/**
 * The digest is of the arguments after secrets were taken out, so that it tells nothing of those. Very long ones are cut
 * before: a call is recorded whatever the limits say of it, so its record must not cost more than they allow.
 */
function cleanArguments(
  { confirm, ...input }: ToolCall["input"],
  clean: (value: unknown) => unknown,
): { readonly arg_digest: string; readonly args: string } {
  const json = JSON.stringify(clean(headsOf(input)));
  const arg_digest = sha256(json);
  if (confirm === undefined) return { arg_digest, args: shortened(json) };
  // Without the confirmation, a plan and what was done by it have the same digest.
  const token = `sha256:${sha256(String(confirm)).slice(0, 8)}`;
  return { arg_digest, args: shortened(JSON.stringify({ confirm: token, ...JSON.parse(json) })) };
}

/** What is left of arguments that are longer than any ordinary call has them. */
function headsOf(input: unknown): unknown {
  const json = JSON.stringify(input);
  if (json.length <= MAXIMUM_WHOLE) return input;
  let room = MAXIMUM_WHOLE;
  const heads = JSON.stringify(input, (key, value) => {
    const head = headOf(value);
    room -= key.length + 8 + (typeof head === "string" ? head.length : 0);
    return room < 0 ? undefined : head;
  });
  return JSON.parse(heads);
}

function headOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, MAXIMUM_ITEMS);
  if (typeof value !== "string" || value.length <= MAXIMUM_HEAD) return value;
  // At a blank: half a secret would not be known for one.
  const end = Math.max(0, value.lastIndexOf(" ", MAXIMUM_HEAD));
  return `${value.slice(0, end)}${CUT} (${value.length} characters)`;
}

function shortened(json: string): string {
  let text = json;
  for (let size; (size = asciiJson(text).length) > MAXIMUM_ARGS;) {
    text = text.slice(0, Math.floor((text.length - CUT.length) * (MAXIMUM_ARGS / size))) + CUT;
  }
  return text;
}

function targets(
  ids: ReadonlySet<string>,
  clean: (value: unknown) => unknown,
): readonly string[] {
  const shown: string[] = [];
  let room = MAXIMUM_TARGETS;
  for (const id of ids) {
    const target = String(clean(id)).slice(0, MAXIMUM_TARGET);
    room -= asciiJson(target).length + 1;
    if (room < 0) break;
    shown.push(target);
  }
  const more = ids.size - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more`];
}

function verdict(call: ToolCall, end: CallEnd): { decision: string; reason?: string } {
  if ("aborted" in end) return { decision: "aborted", reason: end.aborted };
  if ("output" in end) {
    const { status } = end.output;
    const isPlanned = call.operation.safety === "destructive" && typeof status === "string";
    return isPlanned ? { decision: "allow", reason: status } : { decision: "allow" };
  }
  const { error } = end;
  if (call.signal.aborted) return { decision: "aborted", reason: "cancelled" };
  if (error instanceof RefusedError) {
    return { decision: error.code === "timeout" ? "error" : "deny", reason: error.code };
  }
  if (error instanceof DockerError) return { decision: "error", reason: error.code };
  return { decision: "error", reason: error instanceof Error ? error.name : "error" };
}

function bytesOut(end: CallEnd): number | undefined {
  if ("output" in end) return byteLength(jsonText(end.output));
  return "error" in end && end.error instanceof Error ? byteLength(end.error.message) : undefined;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
