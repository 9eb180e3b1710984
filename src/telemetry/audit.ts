import type { Step } from "../compose.ts";
import { RefusedError } from "../tools/refused.ts";
import type { CallFacts, Operation, ToolCall, ToolOutput } from "../tools/tool.ts";
import { AuditError } from "./audit_error.ts";
import type { AuditLog } from "./audit_log.ts";
import type { CallEnd, CallRecord, callRecord } from "./audit_record.ts";

/** How calls are recorded. */
export interface AuditOptions {
  /** Makes the log; asked when the first call comes. */
  readonly log: () => Promise<AuditLog>;
  /** Loads what `log` and `attribute` need, without opening anything. @default {nothing} */
  readonly prepare?: () => Promise<unknown>;
  /** Takes secrets and unseen characters out of what is recorded. */
  readonly clean: (value: unknown) => unknown;
  /** Notes in a call's facts what it asks of the Engine. */
  readonly attribute: Step<ToolCall, ToolOutput>;
  /** Whether a change that cannot be recorded is refused. */
  readonly failsClosed: boolean;
}

/** Records every call; disposing it records those that are still running as aborted. */
export interface Audit extends Disposable {
  /** Opens the log before the first call; why it cannot be written, where it cannot. */
  readonly open: () => Promise<AuditError | undefined>;
  /** Loads what the first call would wait for, and records that the log is open where it is; never rejects. */
  readonly prepare: () => Promise<void>;
  /** Outermost: records how each call ended, refusals included. */
  readonly outcome: Step<ToolCall, ToolOutput>;
  /** Innermost: records what is about to be changed, or refuses the change. */
  readonly intent: Step<ToolCall, ToolOutput>;
}

/** A call between its two records. */
interface RunningCall {
  readonly writeIntent: () => AuditError | undefined;
  readonly writeAborted: () => void;
}

interface Recorder {
  readonly log: AuditLog;
  readonly begin: (call: ToolCall) => CallRecord;
}

/** A call whose end was recorded already. */
const ENDED: RunningCall = {
  writeIntent: () => new AuditError("failed", "", "the server has ended"),
  writeAborted: () => {},
};

const pass: Step<ToolCall, ToolOutput> = (call, next) => next(call);

/** Records nothing. */
export const unaudited: Audit = {
  open: () => Promise.resolve(undefined),
  prepare: () => Promise.resolve(),
  outcome: pass,
  intent: pass,
  [Symbol.dispose]: () => {},
};

/** Records calls in a log; nothing is loaded or opened before the first one, which start-up would pay for. */
export function audit(options: AuditOptions): Audit {
  let making: Promise<AuditLog> | undefined;
  let made: AuditLog | undefined;
  let loaded: Recorder | undefined;
  const log = async (): Promise<AuditLog> => made = await (making ??= options.log());
  const recorder = async (): Promise<Recorder> => loaded ??= await loadRecorder(log(), options);
  const running = new Map<CallFacts, RunningCall>();
  return {
    open: async () => (await log()).open(),
    async prepare() {
      await Promise.all([loadParts(), options.prepare?.()]).then(
        () => made?.begin(),
        () => {}, // the first call fails on it again, and is answered with it
      );
    },
    async outcome(call, next) {
      const write = beginRecord(call, loaded ?? await recorder(), running);
      try {
        const output = await options.attribute(call, next);
        write({ output });
        return output;
      } catch (error) {
        write({ error });
        throw error;
      }
    },
    async intent(call, next) {
      if (call.operation.safety !== "safe") {
        const trouble = (running.get(call.facts) ?? ENDED).writeIntent();
        if (trouble !== undefined && options.failsClosed) throw unrecorded(call.operation, trouble);
      }
      return await next(call);
    },
    [Symbol.dispose]() {
      if (made !== undefined) end(made, running);
      made = undefined; // what is still being prepared opens nothing again
    },
  };
}

/** Notes a call as running; what is answered records its end, once. */
function beginRecord(
  call: ToolCall,
  { log, begin }: Recorder,
  running: Map<CallFacts, RunningCall>,
): (end: CallEnd) => void {
  const record = begin(call);
  running.set(call.facts, {
    writeIntent: () => log.write(record.intent()),
    writeAborted: () => log.write(record.outcome({ aborted: "the server ended" })),
  });
  return (end) => {
    if (running.delete(call.facts)) log.write(record.outcome(end));
  };
}

async function loadRecorder(made: Promise<AuditLog>, { clean }: AuditOptions): Promise<Recorder> {
  const [log, { callRecord }] = await Promise.all([made, loadParts()]);
  return { log, begin: (call) => callRecord(call, clean) };
}

async function loadParts(): Promise<{ readonly callRecord: typeof callRecord }> {
  const [record, { loadSha256 }] = await Promise.all([
    import("./audit_record.ts"),
    import("./sha256.ts"),
  ]);
  await loadSha256();
  return record;
}

/** No call outlives the server without a record, though what became of it is not known. */
function end(log: AuditLog, running: Map<CallFacts, RunningCall>): void {
  for (const call of running.values()) call.writeAborted();
  running.clear();
  log[Symbol.dispose]();
}

function unrecorded({ name }: Operation, { reason }: AuditError): RefusedError {
  return new RefusedError(
    "not_recorded",
    `Cannot run ${name}: the audit log cannot be written: ${reason}`,
    "Nothing was changed. Tools that only read still work; the operator has to make the log writable, " +
      "or allow changes without a record with SECURITY_AUDIT_FAIL_MODE=open",
  );
}
