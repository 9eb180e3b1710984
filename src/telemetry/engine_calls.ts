import type { AsyncLocalStorage } from "node:async_hooks";
import type { Step } from "../compose.ts";
import { isRead, type Transport, type TransportRequest } from "../docker/transport/transport.ts";
import type { ToolCall, ToolOutput } from "../tools/tool.ts";

/** Tells which call each request to the Engine belongs to. */
export interface EngineCalls {
  /** Loads what `step` needs. */
  readonly prepare: () => Promise<void>;
  /** What runs within it is this call's. */
  readonly step: Step<ToolCall, ToolOutput>;
  /** Counts the requests over a transport, and notes the objects that they change. */
  readonly counted: (transport: Transport) => Transport;
}

/** An object that a request changes, by the name it is asked for with. */
const OBJECT = /^(?:\/v[\d.]+)?\/(?:containers|images|networks|volumes)\/([^/?]+)/;
/** `POST /containers/create` and its like name no object that is there. */
const NO_OBJECT = new Set(["create", "prune"]);

/** Notes in the facts of each call what it asks of the Engine. */
export function engineCalls(): EngineCalls {
  let storage: AsyncLocalStorage<ToolCall["facts"]> | undefined;
  const note = (path: string, method: string | undefined): void => {
    const facts = storage?.getStore();
    if (facts === undefined) return; // asked by the program itself, e.g. by `doctor`
    facts.engineCalls++;
    const [, object] = isRead(method) ? [] : OBJECT.exec(path) ?? [];
    if (object !== undefined && !NO_OBJECT.has(object)) {
      facts.targets.add(decodeURIComponent(object));
    }
  };
  const loaded = async (): Promise<NonNullable<typeof storage>> => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    return storage ??= new AsyncLocalStorage(); // another call may have made it meanwhile
  };
  return {
    prepare: async () => void await loaded(),
    step: async (call, next) => await (storage ?? await loaded()).run(call.facts, () => next(call)),
    counted: (transport) => ({
      get endpoint(): string {
        return transport.endpoint;
      },
      fetch(path: string, init?: TransportRequest) {
        note(path, init?.method);
        return transport.fetch(path, init);
      },
      hijack(path: string, init?: TransportRequest) {
        note(path, init?.method ?? "POST");
        return transport.hijack(path, init);
      },
      [Symbol.dispose]: () => transport[Symbol.dispose](),
    }),
  };
}
