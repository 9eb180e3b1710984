import { RefusedError } from "../tools/refused.ts";
import type { ToolCall } from "../tools/tool.ts";

/** Calls a minute. */
export interface RateLimits {
  /** By one caller. */
  readonly perCaller: number;
  /** By one caller, of tools that are `expensive`. @default {perCaller} */
  readonly expensivePerCaller?: number | undefined;
  /** By all callers together. */
  readonly total: number;
  /** Calls of one caller that may come at once after a pause. @default {perCaller} */
  readonly burst?: number | undefined;
  /** A monotonic clock in milliseconds. @default {performance.now} */
  readonly now?: () => number;
}

/** Callers whose calls are counted; who has not called for longest is forgotten first. */
const MAXIMUM_CALLERS = 10_000;
const MINUTE = 60_000;

const CALLS = "SECURITY_RATE_LIMIT_RPM";
const EXPENSIVE = "SECURITY_RATE_LIMIT_EXPENSIVE_RPM";
const TOTAL = "SECURITY_RATE_LIMIT_TOTAL_RPM";

/** What one caller may still do; its health checks are counted apart, so that nothing else keeps them out. */
interface Account {
  readonly calls: TokenBucket;
  readonly expensive: TokenBucket;
  readonly always: TokenBucket;
}

/** A bucket of tokens that refills evenly; what is taken beforehand is owed, so that those who wait are served in order. */
class TokenBucket {
  #tokens: number;
  #countedAt: number;

  constructor(
    readonly perMinute: number,
    readonly setting: string,
    readonly options: { readonly burst: number; readonly now: () => number },
  ) {
    this.#tokens = options.burst;
    this.#countedAt = options.now();
  }

  /** Milliseconds until there is a token for the next who comes. */
  wait(): number {
    const now = this.options.now();
    this.#tokens += (now - this.#countedAt) * this.perMinute / MINUTE;
    this.#tokens = Math.min(this.#tokens, this.options.burst);
    this.#countedAt = now;
    return Math.max(0, (1 - this.#tokens) * MINUTE / this.perMinute);
  }

  take(): void {
    this.#tokens--;
  }

  giveBack(): void {
    this.#tokens++;
  }
}

/** Counts calls a minute, for each caller and for all. */
export class RateLimit {
  readonly #limits: RateLimits;
  readonly #total: TokenBucket;
  /** The caller who has not called for longest first. */
  readonly #accounts = new Map<string, Account>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#total = this.#bucket(limits.total, TOTAL, limits.total);
  }

  /** Callers that are remembered. */
  get callers(): number {
    return this.#accounts.size;
  }

  /**
   * Waits for the call's turn, at most `patience` milliseconds, and answers how long that was.
   *
   * @throws {RefusedError} `too_many_calls`, at once, where it would be longer; the signal's reason once that aborts
   */
  async enter({ caller, signal, operation }: ToolCall, patience: number): Promise<number> {
    signal.throwIfAborted();
    const account = this.#account(caller.id);
    const buckets = operation.alwaysAllowed
      ? [account.always]
      : [account.calls, this.#total, ...(operation.expensive ? [account.expensive] : [])];
    const waits = buckets.map((bucket) => bucket.wait());
    const wait = Math.max(...waits);
    const slowest = buckets[waits.indexOf(wait)];
    if (wait > patience && slowest !== undefined) throw tooOften(slowest, wait);
    for (const bucket of buckets) bucket.take();
    try {
      if (wait > 0) await pause(wait, signal);
    } catch (error) {
      for (const bucket of buckets) bucket.giveBack();
      throw error;
    }
    return wait;
  }

  #account(id: string): Account {
    const account = this.#accounts.get(id) ?? this.#newAccount();
    this.#accounts.delete(id); // so that it becomes the newest
    this.#accounts.set(id, account);
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > MAXIMUM_CALLERS && oldest !== undefined) {
      this.#accounts.delete(oldest);
    }
    return account;
  }

  #newAccount(): Account {
    const { perCaller, expensivePerCaller = perCaller } = this.#limits;
    return {
      calls: this.#bucket(perCaller, CALLS),
      expensive: this.#bucket(expensivePerCaller, EXPENSIVE),
      always: this.#bucket(perCaller, CALLS),
    };
  }

  #bucket(
    perMinute: number,
    setting: string,
    burst = this.#limits.burst ?? perMinute,
  ): TokenBucket {
    const { now = () => performance.now() } = this.#limits;
    return new TokenBucket(perMinute, setting, { burst: Math.min(burst, perMinute), now });
  }
}

function tooOften({ perMinute, setting }: TokenBucket, wait: number): RefusedError {
  const kind = setting === EXPENSIVE ? "calls of this kind" : "calls";
  return new RefusedError(
    "too_many_calls",
    `The ${perMinute} ${kind} of a minute are used up (${setting})`,
    `Call again in ${Math.ceil(wait / 1000)} s`,
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancelled = (): void => reject(signal.reason);
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", cancelled);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancelled);
  }
}
