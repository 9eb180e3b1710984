import { RefusedError } from "../tools/refused.ts";
import { parseAddress } from "../tools/subnet.ts";
import { type CreatePolicy, type Json, object, onlyKnown, unknown } from "./create_policy.ts";

const CONTAINER_PORT = /^([1-9]\d{0,4})\/(?:tcp|udp|sctp)$/;
const HOST_PORT = /^[1-9]\d{0,4}$/;
const LAST_PORT = 65_535;
/** Below it are the ports that on Linux only root may serve; who holds one speaks for the host. */
const FIRST_ORDINARY = 1024;
const BINDING_FIELDS = new Set(["HostIp", "HostPort"]);

/** Whether a text is a port with its protocol as the Engine writes it, e.g. `80/tcp`. */
export function isContainerPort(text: string): boolean {
  return Number(CONTAINER_PORT.exec(text)?.[1] ?? 0) > 0 && Number.parseInt(text) <= LAST_PORT;
}

/**
 * Judges the published ports of a create.
 *
 * @throws {RefusedError} `policy` for a port of the host below 1024 that is not allowed, a binding without an address, which
 * would be open to the network, or what is no port.
 */
export function judgePorts(bindings: unknown, policy: CreatePolicy): void {
  for (const [port, places] of Object.entries(object(bindings, "HostConfig.PortBindings"))) {
    if (!isContainerPort(port) || !Array.isArray(places) || places.length === 0) {
      throw unknown("HostConfig.PortBindings");
    }
    for (const place of places) judgePlace(object(place, "HostConfig.PortBindings"), policy);
  }
}

function judgePlace(place: Json, { allowPrivilegedPorts = false }: CreatePolicy): void {
  onlyKnown(place, BINDING_FIELDS, "HostConfig.PortBindings");
  const { HostIp: address, HostPort: port } = place;
  if (typeof address !== "string" || parseAddress(address) === undefined) {
    throw unknown("HostConfig.PortBindings HostIp");
  }
  if (port === "") return; // the Engine takes a free one, far above 1024
  if (typeof port !== "string" || !HOST_PORT.test(port) || Number(port) > LAST_PORT) {
    throw unknown("HostConfig.PortBindings HostPort");
  }
  if (Number(port) >= FIRST_ORDINARY || allowPrivilegedPorts) return;
  throw new RefusedError(
    "policy",
    `ports: host port ${port} is not allowed: ports below ${FIRST_ORDINARY} speak for the host`,
    `Choose one from ${FIRST_ORDINARY} on, or 0 for a free one; only the operator can change this, with SAFETY_ALLOW_PRIVILEGED_PORTS=true`,
  );
}
