import { createDocker, type Docker } from "../../src/docker/client.ts";
import { resolveEndpoint } from "../../src/docker/endpoint.ts";
import { openTransport } from "../../src/docker/transport/open.ts";
import type { WatchListener } from "../../src/resources/engine_watch.ts";
import type { ResourceClient } from "../../src/resources/subscriptions.ts";

const GIVES_UP_AFTER_MS = 20_000;
const LOOKS_AGAIN_AFTER_MS = 5;

/** A client of the Engine at a socket; dispose it. */
export async function connect(socketPath: string): Promise<Docker> {
  const endpoint = await resolveEndpoint({ platform: "linux", host: `unix://${socketPath}` });
  return createDocker(await openTransport(endpoint));
}

/** Waits until something holds; throws after 20 seconds, naming it. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + GIVES_UP_AFTER_MS;
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error(`Cannot wait any longer until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOKS_AGAIN_AFTER_MS));
  }
}

/** A listener that writes down what it was told, as `create web` and `missed`. */
export class Notes implements WatchListener {
  readonly told: string[] = [];

  /** @param about Only events of a container whose name begins so. */
  constructor(readonly about = "") {}

  event: WatchListener["event"] = ({ Action, Actor }) => {
    const name = Actor?.Attributes?.["name"] ?? Actor?.ID ?? "";
    if (name.startsWith(this.about)) this.told.push(`${Action} ${name}`);
  };
  missed: WatchListener["missed"] = () => void this.told.push("missed");
}

/** A client that writes down what it was told, by URI, and `list`. */
export class Told implements ResourceClient {
  readonly all: string[] = [];

  updated(uri: string): void {
    this.all.push(uri);
  }

  listChanged(): void {
    this.all.push("list");
  }

  /** How often it was told of a URI. */
  count(uri: string): number {
    return this.all.filter((each) => each === uri).length;
  }
}
