import type { TransferStep } from "../docker/api/image_transfer.ts";
import type { Progress } from "./tool.ts";

/** Milliseconds between two notifications. */
const INTERVAL = 250;
const LAYER_ID = /^[0-9a-f]{12}$/;
const DONE = /^(?:Already exists|Pull complete|Pushed|Layer already exists|Mounted from .+)$/;
const ARRIVED = /^(?:Verifying Checksum|Download complete)$/;

interface Layer {
  /** From 0 to 1. */
  readonly done: number;
  /** Bytes over the network. */
  readonly current: number;
  readonly total: number;
}

/**
 * Adds up what the Engine tells about single layers: `progress` counts layers, with fractions for those under
 * way, and only grows, whatever an Engine takes back.
 */
export class TransferProgress {
  readonly #tell: (progress: Progress) => void;
  readonly #now: () => number;
  readonly #layers = new Map<string, Layer>();
  #last = 0;
  #told: number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    tell: (progress: Progress) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#tell = tell;
    this.#now = now;
    this.#told = now();
  }

  /** Tells the client now and then. */
  add({ id = "", status = "", progressDetail }: TransferStep): void {
    // What the Engine says about a whole repository carries a tag, which can look like a layer.
    if (!LAYER_ID.test(id) || status.startsWith("Pulling from")) return;
    const known = this.#layers.get(id) ?? { done: 0, current: 0, total: 0 };
    this.#layers.set(id, advanced(known, status, progressDetail ?? {}));
    if (this.#now() - this.#told >= INTERVAL) this.#notify();
  }

  /** Tells that all layers are done. */
  finish(): void {
    for (const [id, layer] of this.#layers) {
      this.#layers.set(id, { ...layer, done: 1, current: layer.total });
    }
    this.#notify();
  }

  #notify(): void {
    const layers = [...this.#layers.values()];
    const progress = round(sum(layers.map(({ done }) => done)));
    if (progress <= this.#last) return;
    this.#last = progress;
    this.#told = this.#now();
    const complete = layers.filter(({ done }) => done === 1).length;
    const current = megabytes(sum(layers.map(({ current }) => current)));
    const total = megabytes(sum(layers.map(({ total }) => total)));
    const message = `${complete} of ${layers.length} layers, ${current} of ${total} MB`;
    this.#tell({ progress, total: layers.length, message });
  }
}

function advanced(
  layer: Layer,
  status: string,
  { current, total }: NonNullable<TransferStep["progressDetail"]>,
): Layer {
  const share = fraction(current, total);
  if (status === "Downloading" || status === "Pushing") {
    const done = Math.max(layer.done, status === "Pushing" ? Math.min(share, 0.99) : share / 2);
    // The Engine knows the size of what it packs only roughly, and may pass it.
    const size = Math.max(layer.total, total ?? 0, current ?? 0);
    return { done, current: Math.max(layer.current, current ?? 0), total: size };
  }
  if (DONE.test(status)) return { ...layer, done: 1, current: layer.total };
  if (ARRIVED.test(status)) {
    return { ...layer, done: Math.max(layer.done, 0.5), current: layer.total };
  }
  const unpacked = status === "Extracting" ? Math.min(0.5 + share / 2, 0.99) : 0;
  return { ...layer, done: Math.max(layer.done, unpacked) };
}

/** 0 where it cannot be told. */
function fraction(current = 0, total = 0): number {
  return total > 0 && current > 0 ? Math.min(current / total, 1) : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(layers: number): number {
  return Math.floor(layers * 100) / 100;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
