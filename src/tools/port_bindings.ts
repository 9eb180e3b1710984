import { z } from "zod";
import { RefusedError } from "./refused.ts";

/** Where a container port is published: a host port, an address with a host port, or nowhere. */
export type Publication = number | readonly [address: string, port: number] | null;

const CONTAINER_PORT = /^([1-9]\d{0,4})(?:\/(tcp|udp|sctp))?$/i;
/** Other addresses must be asked for by name, because they open the port to the network. */
const DEFAULT_ADDRESS = "127.0.0.1";
/** Docker's own syntax for a range goes no further than this many in practice. */
const MAXIMUM_PORTS = 100;

/** Container ports with their protocol, and those published with where, as the Engine spells it. */
export interface PortBindings {
  readonly exposed: string[];
  readonly bindings: Record<string, { HostIp: string; HostPort: string }[]>;
}

/**
 * Reads `ports` of a create: `{"80/tcp": 8080}`.
 *
 * @throws {RefusedError} `invalid_arguments`, naming the entry.
 */
export function portBindings(ports: Readonly<Record<string, Publication>>): PortBindings {
  const entries = Object.entries(ports);
  if (entries.length > MAXIMUM_PORTS) throw wrong(`more than ${MAXIMUM_PORTS} entries`);
  const exposed: string[] = [];
  const bindings: PortBindings["bindings"] = {};
  for (const [key, publication] of entries) {
    const port = containerPort(key);
    if (exposed.includes(port)) throw wrong(`"${port}" is given twice`);
    exposed.push(port);
    if (publication === null) continue;
    const [address, hostPort] = typeof publication === "number"
      ? [DEFAULT_ADDRESS, publication]
      : publication;
    if (!ipAddress().safeParse(address).success) {
      throw wrong(`the address of "${port}" is not an IP address`);
    }
    // An empty HostPort asks the Engine for a free one.
    bindings[port] = [{ HostIp: address, HostPort: hostPort === 0 ? "" : String(hostPort) }];
  }
  return { exposed, bindings };
}

function ipAddress(): z.ZodType<string, string> {
  return z.union([z.ipv4(), z.ipv6()]);
}

function containerPort(key: string): string {
  const [, port, protocol = "tcp"] = CONTAINER_PORT.exec(key) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw wrong(`"${key.slice(0, 64)}" is not a container port`);
  }
  return `${port}/${protocol.toLowerCase()}`;
}

function wrong(what: string): RefusedError {
  return new RefusedError(
    "invalid_arguments",
    `ports: ${what}`,
    'Write {"80/tcp": 8080}, {"80/tcp": ["127.0.0.1", 8080]} or {"80/tcp": null}',
  );
}
