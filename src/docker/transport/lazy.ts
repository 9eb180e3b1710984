import { SharedTask } from "../shared_task.ts";
import type { Transport } from "./transport.ts";

/** The name of an Engine that was not looked for yet. */
const NOT_OPENED = "Docker (not contacted yet)";

/**
 * A transport that opens with its first request.
 *
 * Requests that come meanwhile share the one opening; a failed opening is not remembered, so that an
 * Engine started later is found.
 */
export function lazyTransport(open: () => Promise<Transport>): Transport {
  let opened: Transport | undefined;
  let disposed = false;
  const opening = new SharedTask(async () => {
    const transport = await open();
    if (disposed) transport[Symbol.dispose]();
    else opened = transport;
    return transport;
  });
  return {
    get endpoint() {
      return opened?.endpoint ?? NOT_OPENED;
    },
    async fetch(path, init) {
      return await (opened ?? await opening.join(init?.signal)).fetch(path, init);
    },
    async hijack(path, init) {
      return await (opened ?? await opening.join(init?.signal)).hijack(path, init);
    },
    [Symbol.dispose]() {
      disposed = true;
      opened?.[Symbol.dispose]();
    },
  };
}
