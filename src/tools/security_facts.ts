import { DockerError } from "../docker/errors.ts";
import type {
  ContainerDetails,
  ContainerSummary,
  ExecDetails,
  ImageDetails,
  ProcessList,
  SystemInfo,
  VolumeDetails,
} from "../docker/types.ts";
import { plainName, shortId } from "./container_view.ts";
import type { AuditFacts } from "./security_judgement.ts";
import { hostMountsOf } from "./security_mounts.ts";
import type { AuditRules, ContainerFacts, EngineFacts, ImageFacts } from "./security_subjects.ts";
import { fieldsOf, objectsOf, textOf, textsOf } from "./security_values.ts";
import type { ToolContext } from "./tool.ts";

/** Which containers to look at. */
export interface AuditScope {
  /** Only this one, and nothing of the Engine; a name or id. @default {all} */
  readonly containerId?: string | undefined;
  /** Look at the newest so many. */
  readonly limit: number;
}

/** What an audit found to look at. */
export interface Gathered {
  readonly facts: AuditFacts;
  /** Containers there are, stopped ones included. */
  readonly total: number;
  /** What could not be looked at, one sentence each. */
  readonly notSeen: readonly string[];
}

/** What gathering needs of a call. */
export type AuditContext = Pick<ToolContext, "docker" | "signal" | "registries">;

/** Execs that are looked at in one container; the Engine keeps those of the last minutes. */
const MOST_EXECS = 10;

/**
 * Reads what the checks need: five requests, two or three for each container, two for each image, one for volumes where any is
 * mounted and one for secrets on a manager of a swarm. What cannot be read is left out and told.
 *
 * @throws {DockerError} where the Engine or its containers cannot be read at all; `not_found` for a container asked for
 */
export async function gatherFacts(
  context: AuditContext,
  rules: AuditRules,
  { containerId, limit }: AuditScope,
): Promise<Gathered> {
  const { docker, signal } = context;
  const notSeen: string[] = [];
  const reading: Reading = { ...context, rules, tried: trier(notSeen) };
  if (containerId !== undefined) {
    const [info, details] = await Promise.all([
      docker.system.info({ signal }),
      docker.containers.inspect(containerId, { signal }),
    ]);
    const objects = await readObjects(reading, info, [details]);
    return { facts: { engine: undefined, swarm: undefined, ...objects }, total: 1, notSeen };
  }
  const [info, listed] = await Promise.all([
    docker.system.info({ signal }),
    docker.containers.list({ all: true, signal }),
  ]);
  const [engine, found] = await Promise.all([
    readEngine(reading, info, listed),
    readContainers(reading, listed.slice(0, limit)),
  ]);
  const objects = await readObjects(reading, info, found);
  const secrets = info.Swarm?.ControlAvailable === true
    ? await reading.tried("the swarm's secrets", docker.swarm.secrets({ signal }))
    : undefined;
  const cgroupParents = objects.containers.map(({ host }) => textOf(host.CgroupParent));
  const swarm = { info, networks: engine.networks, secrets };
  if (listed.length > limit) {
    notSeen.push(`${listed.length - limit} older containers with their images: raise limit`);
  }
  const facts = { engine: { ...engine, cgroupParents }, swarm, ...objects };
  return { facts, total: listed.length, notSeen };
}

type Tried = <Value>(what: string, reading: Promise<Value>) => Promise<Value | undefined>;

interface Reading extends AuditContext {
  readonly rules: AuditRules;
  readonly tried: Tried;
}

/** Makes the function that takes a failure of the Engine for an answer, and notes it. */
function trier(notSeen: string[]): Tried {
  return async function tried(what, reading) {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const reason = error.code === "not_found" ? "removed meanwhile" : error.message;
      notSeen.push(`${what}: ${reason.slice(0, 200)}`);
      return undefined;
    }
  };
}

async function readEngine(
  { docker, signal, tried }: Reading,
  info: SystemInfo,
  listed: readonly ContainerSummary[],
): Promise<Omit<EngineFacts, "cgroupParents">> {
  const [version, networks, images] = await Promise.all([
    tried("the Engine's version", docker.system.version({ signal })),
    tried("the networks", docker.networks.list({ signal })),
    tried("the images", docker.images.list({ signal })),
  ]);
  const containers = listed.map(({ ImageID, State }) => ({
    imageId: textOf(ImageID),
    running: State === "running" || State === "paused" || State === "restarting",
  }));
  return { info, version, networks, images, containers, endpoint: docker.endpoint };
}

async function readContainers(
  { docker, signal, tried }: Reading,
  listed: readonly ContainerSummary[],
): Promise<ContainerDetails[]> {
  const found = await Promise.all(listed.map(({ Id = "", Names }) =>
    tried(
      `container ${plainName(Names?.[0]) || shortId(Id)}`,
      docker.containers.inspect(Id, { signal }),
    )
  ));
  return found.filter((details) => details !== undefined);
}

async function readObjects(
  reading: Reading,
  info: SystemInfo,
  found: readonly ContainerDetails[],
): Promise<Pick<AuditFacts, "containers" | "images">> {
  const names = new Map(found.map(({ Image, Config }) => [textOf(Image), textOf(Config?.Image)]));
  const [volumes, images, inside] = await Promise.all([
    readVolumes(reading, found),
    Promise.all([...names].map(([id, name]) => readImage(reading, id, name))),
    Promise.all(found.map((details) => readInside(reading, details))),
  ]);
  const byId = new Map(images.flatMap((image) => image === undefined ? [] : [image]));
  const containers = found.map((details, index): ContainerFacts => ({
    name: plainName(textOf(details.Name)) || shortId(textOf(details.Id)),
    details,
    host: fieldsOf(details.HostConfig),
    info,
    hostMounts: hostMountsOf(details, volumes),
    image: byId.get(textOf(details.Image))?.details,
    programs: inside[index]?.programs,
    execs: inside[index]?.execs ?? [],
    rules: reading.rules,
  }));
  return { containers, images: [...byId.values()] };
}

/** Lists volumes only where a container has one: their driver options tell what is behind. */
async function readVolumes(
  { docker, signal, tried }: Reading,
  found: readonly ContainerDetails[],
): Promise<Map<string, VolumeDetails>> {
  const isUsed = found.some(({ Mounts }) =>
    objectsOf(Mounts).some(({ Type }) => Type === "volume")
  );
  const listed = isUsed ? await tried("the volumes", docker.volumes.list({ signal })) : [];
  return new Map((listed ?? []).map((volume) => [textOf(volume.Name), volume]));
}

async function readImage(
  { docker, signal, tried, rules, registries }: Reading,
  id: string,
  name: string,
): Promise<[string, ImageFacts] | undefined> {
  if (id === "") return undefined;
  const shown = name === "" ? shortId(id) : name;
  const [details, history] = await Promise.all([
    tried(`image ${shown}`, docker.images.inspect(id, { signal })),
    tried(`history of image ${shown}`, docker.images.history(id, { signal })),
  ]);
  if (details === undefined) return undefined;
  const facts = { name: nameOf(details, shown), details, history, rules, registries };
  return [id, { ...facts, now: Date.now() }];
}

function nameOf({ RepoTags }: ImageDetails, otherwise: string): string {
  return textsOf(RepoTags)[0] ?? (otherwise.startsWith("sha256:") ? shortId(otherwise) : otherwise);
}

/** Processes and execs; a container that has just ended has none, and the checks say so. */
async function readInside(
  { docker, signal }: Reading,
  { Id, State, ExecIDs }: ContainerDetails,
): Promise<Pick<ContainerFacts, "programs" | "execs">> {
  const silently = trier([]);
  const id = textOf(Id);
  const ids = textsOf(ExecIDs).slice(0, MOST_EXECS);
  const [list, ...execs] = await Promise.all([
    State?.Running === true
      ? silently("processes", docker.containers.top(id, { signal }))
      : undefined,
    ...ids.map((exec) => silently<ExecDetails>("an exec", docker.exec.inspect(exec, { signal }))),
  ]);
  return {
    programs: list === undefined ? undefined : programsOf(list),
    execs: execs.filter((exec) => exec !== undefined),
  };
}

/** The first word of each command line: the others may hold secrets. */
function programsOf({ Titles, Processes }: ProcessList): string[] {
  const column = textsOf(Titles).findIndex((title) => /^(?:CMD|COMMAND)$/.test(title));
  const rows = Array.isArray(Processes) ? Processes.map(textsOf) : [];
  return rows.map((row) => row.at(column)?.split(" ")[0] ?? "");
}
