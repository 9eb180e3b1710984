import { DockerError } from "../docker/errors.ts";
import { RefusedError } from "../tools/refused.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";
import { asciiJson, type AuditFields } from "./audit_chain.ts";
import { sha256 } from "./sha256.ts";

/** Bytes of arguments in a record, as ASCII. */
const MAXIMUM_ARGS = 2048;
/** Of a prune; more are counted only. */
const MAXIMUM_TARGETS = 1000;
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

/** The digest is of all arguments as they are written here, so that it tells nothing of a secret that was taken out. */
function cleanArguments(
  { confirm, ...input }: ToolCall["input"],
  clean: (value: unknown) => unknown,
): { readonly arg_digest: string; readonly args: string } {
  const json = JSON.stringify(clean(input));
  const arg_digest = sha256(json);
  if (confirm === undefined) return { arg_digest, args: shortened(json) };
  // Without the confirmation, a plan and what was done by it have the same digest.
  const token = `sha256:${sha256(String(confirm)).slice(0, 8)}`;
  return { arg_digest, args: shortened(JSON.stringify({ confirm: token, ...JSON.parse(json) })) };
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
  const shown = [...ids].slice(0, MAXIMUM_TARGETS)
    .map((id) => String(clean(id)).slice(0, MAXIMUM_TARGET));
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
  if ("output" in end) return byteLength(JSON.stringify(end.output));
  return "error" in end && end.error instanceof Error ? byteLength(end.error.message) : undefined;
}

/** Counts instead of encoding, which would take as much memory again as the answer. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Either half of a pair counts two of its four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return bytes;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
