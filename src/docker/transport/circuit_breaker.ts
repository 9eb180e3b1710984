import { DockerError } from "../errors.ts";
import { untilAborted } from "../shared_task.ts";
import {
  type Hijacked,
  type Transport,
  type TransportRequest,
  UpgradeRefused,
} from "./transport.ts";

/** Silences in a row after which nothing is sent any more. */
const MAXIMUM_SILENCES = 5;
/** Milliseconds without a request after a ping that was not answered. */
const PAUSE = 5000;
/** Milliseconds a ping may take: long enough for a busy Engine, and a dead connection is given up soon. */
const PING_TIME = 5000;
/** Milliseconds that a call waits for a ping: an Engine that is back answers within a few. */
const PATIENCE = 500;
/** Milliseconds. A failure sooner than this costs no more than refusing would, and asking finds an Engine that was just started. */
const QUICK_FAILURE = 500;

/** One Engine behind two transports that share its connections and what is known about it. */
export interface CircuitBreaker {
  /** Fails at once, with `unreachable`, while the Engine does not answer. */
  readonly transport: Transport;
  /** Asks the Engine in any case, and what comes of it counts; disposing it does nothing. */
  readonly probing: Transport;
}

/**
 * Keeps calls from waiting one by one for an Engine that accepts connections and says nothing.
 *
 * After 5 deadlines or slow connection failures in a row the Engine is pinged; while that is not answered, calls fail at once,
 * and every 5 s one of them pings again. Any answer of the Engine, an error too, ends it. What a caller cancels does not count.
 * `now` is a monotonic clock in milliseconds.
 */
export function breakCircuit(
  transport: Transport,
  now: () => number = () => performance.now(),
): CircuitBreaker {
  const circuit = new Circuit(transport, now);
  return {
    transport: {
      get endpoint(): string {
        return transport.endpoint;
      },
      async fetch(path: string, init: TransportRequest = {}): Promise<Response> {
        await circuit.admit(init.signal);
        return await circuit.observe(() => transport.fetch(path, init));
      },
      async hijack(path: string, init: TransportRequest = {}): Promise<Hijacked> {
        await circuit.admit(init.signal);
        return await circuit.observe(() => transport.hijack(path, init));
      },
      [Symbol.dispose](): void {
        circuit[Symbol.dispose]();
        transport[Symbol.dispose]();
      },
    },
    probing: {
      get endpoint(): string {
        return transport.endpoint;
      },
      fetch: (path, init) => circuit.observe(() => transport.fetch(path, init)),
      hijack: (path, init) => circuit.observe(() => transport.hijack(path, init)),
      [Symbol.dispose](): void {},
    },
  };
}

class Circuit implements Disposable {
  readonly #transport: Transport;
  readonly #now: () => number;
  readonly #disposed = new AbortController();
  #silences = 0;
  /** When the first request of these silences was sent. */
  #silentSince = 0;
  #answeredAt = -Infinity;
  #pingAt = 0;
  #ping: Promise<void> | undefined;

  constructor(transport: Transport, now: () => number) {
    this.#transport = transport;
    this.#now = now;
  }

  /** Waits a moment where the Engine is being pinged; throws while it does not answer. */
  async admit(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isOpen()) return;
    if (this.#now() >= this.#pingAt) {
      this.#ping ??= this.#pinged().finally(() => this.#ping = undefined);
    }
    if (this.#ping !== undefined) await atMost(PATIENCE, this.#ping, signal);
    if (this.#isOpen()) throw this.#silence();
  }

  /** Learns from what comes of a request. */
  async observe<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    const sentAt = this.#now();
    try {
      const answer = await send();
      this.#answered();
      return answer;
    } catch (error) {
      if (error instanceof UpgradeRefused) this.#answered();
      else if (this.#isSilence(error, sentAt)) this.#silent(sentAt);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#disposed.abort();
  }

  #isOpen(): boolean {
    return this.#silences >= MAXIMUM_SILENCES;
  }

  #answered(): void {
    this.#silences = 0;
    this.#answeredAt = this.#now();
  }

  /** Pipeline deadlines are timeouts as well, by an error that this folder does not know. */
  #isSilence(error: unknown, sentAt: number): boolean {
    if (sentAt < this.#answeredAt || !(error instanceof Error) || !("code" in error)) return false;
    return error.code === "timeout" ||
      (error.code === "unreachable" && this.#now() - sentAt >= QUICK_FAILURE);
  }

  #silent(sentAt: number): void {
    if (this.#silences === 0) this.#silentSince = sentAt;
    // The next call pings: these requests may have been slow by themselves, e.g. for a registry that hangs.
    if (++this.#silences === MAXIMUM_SILENCES) this.#pingAt = this.#now();
  }

  async #pinged(): Promise<void> {
    const late = new AbortController();
    const sentAt = this.#now();
    const timer = setTimeout(
      () => late.abort(new DockerError("timeout", "Cannot ping the Engine: no answer")),
      PING_TIME,
    );
    try {
      const signal = AbortSignal.any([late.signal, this.#disposed.signal]);
      const answer = await this.observe(() => this.#transport.fetch("/_ping", { signal }));
      await answer.body?.cancel();
    } catch (error) {
      // Where it failed at once nobody hangs any more, and the calls themselves tell what is wrong now.
      if (this.#isSilence(error, sentAt)) this.#pingAt = this.#now() + PAUSE;
      else this.#silences = 0;
    } finally {
      clearTimeout(timer);
    }
  }

  #silence(): DockerError {
    const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));
    const silent = seconds(this.#now() - this.#silentSince);
    const message = `Cannot reach Docker at "${this.#transport.endpoint}": ` +
      `it has not answered for ${silent} s, so nothing was sent`;
    const again = this.#ping === undefined
      ? `It is asked again in ${seconds(this.#pingAt - this.#now())} s`
      : "It is being asked right now, so call again in a few seconds";
    const remedy = `${again}; a health check asks it at once. Restart Docker if it stays silent`;
    return new DockerError("unreachable", message, { remedy });
  }
}

/** Waits until the task has ended or so many milliseconds have passed. */
async function atMost(
  milliseconds: number,
  task: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const enough = Promise.withResolvers<void>();
  const timer = setTimeout(enough.resolve, milliseconds);
  try {
    await untilAborted(Promise.race([task, enough.promise]), signal);
  } finally {
    clearTimeout(timer);
  }
}
