import type { ContainerDetails } from "../docker/types.ts";
import { fieldsOf, objectsOf, textOf } from "../tools/security_values.ts";

/** A port or a range of ports, with its protocol. */
const CONTAINER_PORT = /^(\d{1,5}(?:-\d{1,5})?)(?:\/(tcp|udp|sctp))?$/;
const HOST_PORT = /^\d{1,5}(?:-\d{1,5})?$/;
const ADDRESS = /^(?:[\d.]{7,15}|[0-9a-f:.]{2,45})$/i;

/** Published ports in Compose's short form, e.g. `127.0.0.1:8080:80/udp`; ranges stay ranges, a random port stays random. */
export function publishedPorts({ HostConfig, Config }: ContainerDetails): string[] {
  const { PortBindings, PublishAllPorts } = fieldsOf(HostConfig);
  const bound = Object.entries(fieldsOf(PortBindings)).flatMap(([port, bindings]) =>
    objectsOf(bindings).flatMap(({ HostIp, HostPort }) =>
      portText(port, textOf(HostIp), textOf(HostPort))
    )
  );
  const all = PublishAllPorts === true
    ? Object.keys(fieldsOf(Config?.ExposedPorts)).flatMap((port) => portText(port, "", ""))
    : [];
  return [...new Set([...bound, ...all])];
}

/** Ports that are exposed and not published, but for those that the image exposes. */
export function exposedPorts({ Config, HostConfig }: ContainerDetails, image: unknown): string[] {
  const published = Object.entries(fieldsOf(fieldsOf(HostConfig).PortBindings))
    .filter(([, bindings]) => objectsOf(bindings).length > 0).map(([port]) => port);
  const known = new Set([...published, ...Object.keys(fieldsOf(fieldsOf(image).ExposedPorts))]);
  return Object.keys(fieldsOf(Config?.ExposedPorts))
    .filter((port) => !known.has(port) && CONTAINER_PORT.test(port))
    .map((port) => port.replace(/\/tcp$/, ""));
}

function portText(port: string, ip: string, hostPort: string): string[] {
  const [, number, protocol = "tcp"] = CONTAINER_PORT.exec(port) ?? [];
  if (number === undefined || !number.split("-").every(isPort)) return [];
  const isFixed = HOST_PORT.test(hostPort) && hostPort.split("-").every(isPort);
  const inside = protocol === "tcp" ? number : `${number}/${protocol}`;
  const address = ADDRESS.test(ip) ? `${ip.includes(":") ? `[${ip}]` : ip}:` : "";
  if (address !== "") return [`${address}${isFixed ? hostPort : ""}:${inside}`];
  return [isFixed ? `${hostPort}:${inside}` : inside];
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}
