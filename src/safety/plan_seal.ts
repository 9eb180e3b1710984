import type { PlannedSet } from "./plan_set.ts";

/** What a token is bound to; with anything else it is refused. */
export interface Bound {
  /** `shown`: given to the caller for the same call again; `asked`: gone with a question to the user. */
  readonly way: "shown" | "asked";
  readonly caller: string;
  readonly tool: string;
  /** In one spelling only. */
  readonly input: string;
}

/** Why a token does not count. */
export type Broken =
  | "malformed"
  | "other_run"
  | "changed"
  | "expired"
  | "other_caller"
  | "other_tool"
  | "other_input"
  | "used";

/** A token that counts, as far as can be told without a plan. */
export interface Opened {
  readonly id: number;
  /** Whether it was given for exactly this set. */
  readonly isFor: (set: PlannedSet) => Promise<boolean>;
}

/** Seconds for which a plan may be confirmed. */
export const PLAN_SECONDS = 120;

/** Plans that may wait for their confirmation; with more, the oldest is forgotten and cannot be confirmed. */
const MAXIMUM_OPEN = 1000;
/** Larger sets are not kept to tell what changed in them; that they changed is told all the same. */
const MAXIMUM_KEPT = 1000;

/** Bytes of a token: run, number, expiry, a tag for each bound thing and for the set, and the seal. */
const TAG = 8;
const [NUMBER, EXPIRY, TAGS] = [4, 8, 12];
const SEAL = TAGS + 4 * TAG;
const LENGTH = SEAL + 16;

interface Open {
  readonly expires: number;
  readonly set: PlannedSet | undefined;
}

/**
 * Makes and reads the tokens by which plans are confirmed. A token is sealed with HMAC-SHA-256 under a key that never leaves
 * this process; the tags in it are keyed too, so nobody outside can make or match one. Each counts once, for 120 s.
 */
export class PlanSeals {
  readonly #now: () => number;
  readonly #run = crypto.getRandomValues(new Uint8Array(NUMBER));
  readonly #open = new Map<number, Open>();
  #key: Promise<CryptoKey> | undefined;
  #last = 0;

  /** @param now Milliseconds on a clock that nobody sets. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A token for a plan, 80 characters of base64url. */
  async issue(bound: Bound, set: PlannedSet): Promise<string> {
    const id = this.#last = (this.#last + 1) >>> 0;
    const expires = this.#now() + PLAN_SECONDS * 1000;
    const token = new Uint8Array(LENGTH);
    token.set(this.#run);
    const view = new DataView(token.buffer);
    view.setUint32(NUMBER, id);
    view.setUint32(EXPIRY, Math.floor(expires / 100)); // tenths of a second suffice for 13 years
    const tags = await Promise.all([...tagged(bound), spelled(set)].map((text) => this.#tag(text)));
    tags.forEach((tag, index) => token.set(tag, TAGS + index * TAG));
    token.set(await this.#seal(bound.way, token), SEAL);
    this.#keep(id, { expires, set: set.size > MAXIMUM_KEPT ? undefined : set });
    return token.toBase64({ alphabet: "base64url" });
  }

  /** Reads a token, or tells why it does not count; it is not used up by that. */
  async open(text: string, bound: Bound): Promise<Opened | Broken> {
    if (!/^[\w-]{80}$/.test(text)) return "malformed";
    const token = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    if (!isEqual(token.subarray(0, NUMBER), this.#run)) return "other_run";
    if (!isEqual(token.subarray(SEAL), await this.#seal(bound.way, token))) return "changed";
    const view = new DataView(token.buffer);
    if (this.#now() / 100 >= view.getUint32(EXPIRY)) return "expired";
    const holds = async (index: number, text: string): Promise<boolean> =>
      isEqual(token.subarray(TAGS + index * TAG).subarray(0, TAG), await this.#tag(text));
    const [caller, tool, input] = tagged(bound);
    if (!await holds(0, caller)) return "other_caller";
    if (!await holds(1, tool)) return "other_tool";
    if (!await holds(2, input)) return "other_input";
    const id = view.getUint32(NUMBER);
    if (!this.#open.has(id)) return "used";
    return { id, isFor: (set) => holds(3, spelled(set)) };
  }

  /** Uses a token up, before anything is done: of two calls with one token only the first gets its set. */
  claim({ id }: Opened): { readonly set: PlannedSet | undefined } | Broken {
    const open = this.#open.get(id);
    if (open === undefined) return "used";
    this.#open.delete(id);
    return this.#now() < open.expires ? open : "expired";
  }

  #keep(id: number, open: Open): void {
    const now = this.#now();
    for (const [older, { expires }] of this.#open) { // oldest first
      if (expires > now && this.#open.size < MAXIMUM_OPEN) break;
      this.#open.delete(older);
    }
    this.#open.set(id, open);
  }

  async #tag(text: string): Promise<Uint8Array> {
    return (await this.#hmac(new TextEncoder().encode(`tag\0${text}`))).subarray(0, TAG);
  }

  async #seal(way: Bound["way"], token: Uint8Array): Promise<Uint8Array> {
    const label = new TextEncoder().encode(`${way}\0`);
    const sealed = new Uint8Array([...label, ...token.subarray(0, SEAL)]);
    return (await this.#hmac(sealed)).subarray(0, LENGTH - SEAL);
  }

  async #hmac(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    this.#key ??= newKey();
    return new Uint8Array(await crypto.subtle.sign("HMAC", await this.#key, bytes));
  }
}

function newKey(): Promise<CryptoKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
}

/** Labelled, so that no text of one kind can stand for one of another. */
function tagged({ caller, tool, input }: Bound): [string, string, string] {
  return [`caller\0${caller}`, `tool\0${tool}`, `input\0${input}`];
}

function spelled(set: PlannedSet): string {
  return `set\0${JSON.stringify([...set].sort(([one], [other]) => one < other ? -1 : 1))}`;
}

/** Takes as long for any two of one length. */
function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}
