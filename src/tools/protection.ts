import type {
  ContainerDetails,
  ContainerSummary,
  ImageDetails,
  ImageSummary,
  NetworkDetails,
  VolumeDetails,
} from "../docker/types.ts";
import type { PlannedKind } from "./plan.ts";
import { RefusedError } from "./refused.ts";

/** An object of the Engine, as far as a rule of protection looks at it. */
export interface Subject {
  readonly kind: PlannedKind;
  /** In full; of a volume its name. */
  readonly id: string;
  /** Without a leading slash; of an image its references. */
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, unknown>>;
  /** Of a container: the name it has itself. */
  readonly hostname?: string | undefined;
}

/** Which objects must stay as they are. */
export interface Protection {
  /** Whether any object of a kind may be protected; where not, nobody needs to look it up. */
  readonly covers: (kind: PlannedKind) => boolean;
  /** Why an object is protected, as the end of a sentence; undefined where it is not. */
  readonly reason: (subject: Subject) => string | undefined;
}

/**
 * Refuses what would harm a protected object.
 *
 * @param action Completes "Cannot …", e.g. `stop`.
 * @throws {RefusedError} `policy`
 */
export function refuseProtected(
  protection: Protection | undefined,
  subject: Subject,
  action: string,
): void {
  const reason = protection?.reason(subject);
  if (reason === undefined) return;
  throw new RefusedError(
    "policy",
    `Cannot ${action} ${subject.kind} "${nameOf(subject)}": ${reason}`,
    "Leave it as it is; only the operator can change this, outside of this server",
  );
}

/** What a plan says of protected objects that it leaves out. */
export function sparedObjects(
  kind: PlannedKind,
  objects: readonly { readonly id: string; readonly name?: string; readonly reason: string }[],
): string[] {
  return objects.map(({ id, name = id, reason }) => `The ${kind} ${name} stays: ${reason}`);
}

/** The objects that may go, and what a plan says of those that are protected. */
export function spare<Item>(
  items: readonly Item[],
  subjectOf: (item: Item) => Subject,
  protection: Protection | undefined,
): { readonly free: Item[]; readonly spared: string[] } {
  const free: Item[] = [];
  const spared: string[] = [];
  for (const item of items) {
    const subject = subjectOf(item);
    const reason = protection?.reason(subject);
    if (reason === undefined) free.push(item);
    else spared.push(...sparedObjects(subject.kind, [{ id: nameOf(subject), reason }]));
  }
  return { free, spared };
}

/** A container as it is inspected, or listed. */
export function containerSubject(container: ContainerDetails | ContainerSummary): Subject {
  const { Id = "" } = container;
  if ("Names" in container) {
    const names = (container.Names ?? []).map(plainName);
    return { kind: "container", id: Id, names, labels: labelsOf(container.Labels) };
  }
  const { Name = "", Config, HostConfig } = container as ContainerDetails;
  // In the host's network it has the host's name, as all others there.
  const isHosts = HostConfig?.NetworkMode === "host" || HostConfig?.UTSMode === "host";
  return {
    kind: "container",
    id: Id,
    names: [plainName(Name)],
    labels: labelsOf(Config?.Labels),
    hostname: isHosts ? undefined : Config?.Hostname,
  };
}

/** An image as it is inspected, or listed. */
export function imageSubject(image: ImageDetails | ImageSummary): Subject {
  const { Id = "", RepoTags, RepoDigests } = image;
  const labels = "Config" in image ? image.Config?.Labels : (image as ImageSummary).Labels;
  const names = [...RepoTags ?? [], ...RepoDigests ?? []];
  return { kind: "image", id: Id, names, labels: labelsOf(labels) };
}

/** A network. */
export function networkSubject({ Id = "", Name = "", Labels }: NetworkDetails): Subject {
  return { kind: "network", id: Id, names: [Name], labels: labelsOf(Labels) };
}

/** A volume. */
export function volumeSubject({ Name = "", Labels }: VolumeDetails): Subject {
  return { kind: "volume", id: Name, names: [Name], labels: labelsOf(Labels) };
}

function nameOf({ id, names }: Subject): string {
  return names[0] || id;
}

function plainName(name: string): string {
  return name.replace(/^\//, "");
}

function labelsOf(labels: unknown): Subject["labels"] {
  return typeof labels === "object" && labels !== null
    ? Object.fromEntries(Object.entries(labels))
    : {};
}
