import type { ContainerFacts } from "./security_subjects.ts";
import { fieldsOf, numberOf, objectsOf, textOf, textsOf } from "./security_values.ts";

/** One place of the host where a container's port is published. */
export interface Published {
  /** In the container, e.g. `80/tcp`. */
  readonly inside: string;
  /** "" is every address, as `0.0.0.0` and `::` are. */
  readonly address: string;
  /** The lowest port of the host; 0 where the Engine chooses one. */
  readonly port: number;
}

/** The published ports of a container: those it has while it runs, else those it was made with. */
export function publishedPorts({ details, host }: ContainerFacts): Published[] {
  const now = bindings(details.NetworkSettings?.Ports);
  if (now.length > 0) return now;
  const asked = bindings(host.PortBindings);
  if (host.PublishAllPorts !== true) return asked;
  const known = new Set(asked.map(({ inside }) => inside));
  const exposed = Object.keys(fieldsOf(details.Config?.ExposedPorts));
  const random = exposed.filter((inside) => !known.has(inside))
    .map((inside) => ({ inside, address: "", port: 0 }));
  return [...asked, ...random];
}

/** Whether an address is every address of the host, in any spelling that Engines write. */
export function isEveryAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "");
  return /^(?:|0\.0\.0\.0|::(?:ffff:)?0\.0\.0\.0|0{0,4}:[0:]{1,38})$/i.test(bare);
}

/** E.g. `[::]:1024->80/tcp`. */
export function publishedText({ inside, address, port }: Published): string {
  const where = address.includes(":") ? `[${address}]` : address || "*";
  return `${where}:${port === 0 ? "random" : port}->${inside}`;
}

/** The ports that an image or a container only exposes. */
export function exposedPorts({ details }: ContainerFacts): string[] {
  return Object.keys(fieldsOf(details.Config?.ExposedPorts));
}

function bindings(ports: unknown): Published[] {
  return Object.entries(fieldsOf(ports)).flatMap(([inside, places]) =>
    objectsOf(places).map(({ HostIp, HostPort }) => ({
      inside,
      address: textOf(HostIp),
      // A range such as 8000-8010 begins with its lowest port.
      port: Number.parseInt(textOf(HostPort), 10) || numberOf(HostPort),
    }))
  );
}

/** The networks of a container by name. */
export function networkNames({ details }: ContainerFacts): string[] {
  return textsOf(Object.keys(fieldsOf(details.NetworkSettings?.Networks)));
}
