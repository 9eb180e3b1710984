import type { Docker } from "../docker/client.ts";
import type { ContainerSummary, NetworkDetails } from "../docker/types.ts";
import { containerRow } from "./container_view.ts";

/** More names than this are not listed in a message. */
const NAMES_IN_MESSAGE = 5;

/** A container, running or not, that uses a network or a volume. */
export interface ContainerUser {
  /** The full id. */
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

/** The containers that are on a network, or will be once they start; one request. */
export async function networkUsers(
  docker: Docker,
  { Id = "", Name = "" }: NetworkDetails,
  signal: AbortSignal,
): Promise<ContainerUser[]> {
  const filters = { network: [Name, Id] };
  const found = await docker.containers.list({ all: true, filters, signal });
  // A container that never started knows its networks by name only, and another network may have that name.
  const isOn = ({ NetworkSettings }: ContainerSummary): boolean =>
    Object.entries(NetworkSettings?.Networks ?? {}).some(([name, place]) =>
      place?.NetworkID ? place.NetworkID === Id : name === Name
    );
  return found.filter(isOn).map(user);
}

/** The containers that mount a volume; one request. */
export async function volumeUsers(
  docker: Docker,
  name: string,
  signal: AbortSignal,
): Promise<ContainerUser[]> {
  const found = await docker.containers.list({ all: true, filters: { volume: [name] }, signal });
  return found.filter(({ Mounts }) => (Mounts ?? []).some(({ Name }) => Name === name)).map(user);
}

function user(container: ContainerSummary): ContainerUser {
  const { name, status } = containerRow(container);
  return { id: container.Id ?? "", name, status };
}

/** Names for a message, quoted; those beyond five are counted. */
export function quotedNames(names: readonly string[]): string {
  const more = names.length - NAMES_IN_MESSAGE;
  const quoted = names.slice(0, NAMES_IN_MESSAGE).map((name) => `"${name}"`).join(", ");
  return more > 0 ? `${quoted} and ${more} more` : quoted;
}
