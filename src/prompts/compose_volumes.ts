import type { MountPoint, VolumeDetails } from "../docker/types.ts";
import { fieldsOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";
import type { ComposeFacts } from "./compose_facts.ts";
import { projectOf, uniqueNames } from "./compose_names.ts";
import type { ComposeTexts } from "./compose_secrets.ts";
import {
  type ComposePart,
  defined,
  objectOrNothing,
  orNothing,
  positive,
  textEntries,
} from "./compose_values.ts";
import type { ComposeContainer } from "./compose_facts.ts";

/** Volumes without a name of their own are named with 64 hexadecimal digits, as nobody else does. */
const ANONYMOUS = /^[0-9a-f]{64}$/;
const COMPOSE_VOLUME = "com.docker.compose.volume";
/** What the Engine does where nothing is said. */
const USUAL_PROPAGATION = ["", "rprivate"];

/** The top-level volumes, and what a service calls each of them. */
export interface ComposeVolumes {
  /** Key by the volume's name; anonymous ones that only one container has are missing. */
  readonly keys: ReadonlyMap<string, string>;
  readonly part: ComposePart | undefined;
}

/**
 * The volumes of all containers. One that exists is `external`, because Compose would otherwise make a new, empty one; one
 * that Compose made for the same project is its own.
 */
export function composeVolumes(
  { containers, volumes }: ComposeFacts,
  project: string | undefined,
  texts: ComposeTexts,
): ComposeVolumes {
  const uses = containers.flatMap(({ details }) =>
    volumeMounts(details.Mounts).map(({ Name }) => textOf(Name))
  );
  const borrows = containers.some(({ details }) =>
    textsOf(fieldsOf(details.HostConfig).VolumesFrom).length > 0
  );
  const names = [...new Set(uses)].filter((name) =>
    name !== "" &&
    (!ANONYMOUS.test(name) || borrows || uses.indexOf(name) !== uses.lastIndexOf(name))
  );
  const isOwn = (name: string): boolean =>
    project !== undefined && projectOf(volumes.get(name)?.Labels) === project;
  const wishes = names.map((name) =>
    (isOwn(name) ? textOf(fieldsOf(volumes.get(name)?.Labels)[COMPOSE_VOLUME]) : "") ||
    (ANONYMOUS.test(name) ? `volume-${name.slice(0, 12)}` : name)
  );
  const keys = uniqueNames(wishes, { otherwise: "volume" });
  const parts = names.map((name, index) => {
    const key = keys[index] ?? name;
    const known = volumes.get(name);
    return [
      key,
      isOwn(name) ? ownVolume({ name, key, project, texts }, known) : externalVolume(name, texts),
    ] as const;
  });
  return {
    keys: new Map(names.map((name, index) => [name, keys[index] ?? name])),
    part: objectOrNothing(parts),
  };
}

function externalVolume(name: string, texts: ComposeTexts): ComposePart {
  return { name: texts.name(name), external: true };
}

function ownVolume(
  { name, key, project, texts }: {
    readonly name: string;
    readonly key: string;
    readonly project: string | undefined;
    readonly texts: ComposeTexts;
  },
  volume: VolumeDetails | undefined,
): ComposePart {
  const options = textEntries(fieldsOf(volume?.Options));
  const driver = textOf(volume?.Driver);
  return defined({
    name: name === `${project}_${key}` ? undefined : texts.name(name),
    driver: driver === "" || driver === "local" ? undefined : texts.name(driver),
    driver_opts: objectOrNothing(
      options.map(([option, value]) => [option, texts.named(option, value, `volume_${key}`)]),
    ),
  });
}

/** What one service mounts: short forms where they say all, long ones else; `tmpfs` apart. */
export function mountParts(
  { details, image }: ComposeContainer,
  { keys }: ComposeVolumes,
  texts: ComposeTexts,
): ComposePart {
  const host = fieldsOf(details.HostConfig);
  const ofImage = new Set(Object.keys(fieldsOf(fieldsOf(image?.Config).Volumes)));
  const temporary = textEntries(fieldsOf(host.Tmpfs));
  const volumes = objectsOf(details.Mounts).flatMap((mount) => {
    const target = textOf(mount.Destination);
    const key = keys.get(textOf(mount.Name));
    if (target === "" || temporary.some(([path]) => path === target)) return [];
    if (mount.Type === "volume" && key === undefined) {
      return ofImage.has(target) ? [] : [texts.name(target)];
    }
    return [mountEntry(mount, { key, texts, wanted: wantedMount(host, target) })];
  });
  return defined({
    volumes: orNothing(volumes),
    tmpfs: orNothing(
      temporary.map(([path, options]) => texts.name(options === "" ? path : `${path}:${options}`)),
    ),
  });
}

interface MountContext {
  readonly key: string | undefined;
  readonly texts: ComposeTexts;
  /** As it was asked for with `--mount`, where it was. */
  readonly wanted: Readonly<Record<string, unknown>>;
}

function mountEntry(mount: MountPoint, { key, texts, wanted }: MountContext): unknown {
  const { Type, Source, Destination, RW, Mode, Propagation } = mount;
  const text = (value: unknown) => texts.name(textOf(value));
  const source = Type === "volume" ? key ?? "" : textOf(Source);
  const propagation = USUAL_PROPAGATION.includes(textOf(Propagation)) ? "" : textOf(Propagation);
  const label = textOf(Mode).split(",").find((mode) => mode === "z" || mode === "Z") ?? "";
  const isPlain = (Type === "volume" || (Type === "bind" && source.startsWith("/"))) &&
    !/[:$]/.test(`${source}${textOf(Destination)}`);
  if (isPlain) {
    const modes = [RW === false ? "ro" : "", label, propagation].filter((mode) => mode !== "");
    const suffix = modes.length > 0 ? `:${modes.join(",")}` : "";
    return `${text(source)}:${text(Destination)}${suffix}`;
  }
  return defined({
    type: KINDS.includes(textOf(Type)) ? Type : "bind",
    source: Type === "tmpfs" || source === "" ? undefined : text(source),
    target: text(Destination),
    read_only: RW === false ? true : undefined,
    bind: propagation === "" ? undefined : { propagation: text(propagation) },
    tmpfs: Type === "tmpfs" ? tmpfsPart(wanted) : undefined,
  });
}

const KINDS = ["bind", "volume", "tmpfs", "npipe", "cluster"];

function tmpfsPart({ TmpfsOptions }: Readonly<Record<string, unknown>>): ComposePart | undefined {
  const { SizeBytes, Mode } = fieldsOf(TmpfsOptions);
  return objectOrNothing(
    Object.entries(defined({ size: positive(SizeBytes), mode: positive(Mode) })),
  );
}

function wantedMount(
  host: Readonly<Record<string, unknown>>,
  target: string,
): Readonly<Record<string, unknown>> {
  return objectsOf(host.Mounts).find(({ Target }) => Target === target) ?? {};
}

function volumeMounts(mounts: unknown): MountPoint[] {
  return objectsOf(mounts).filter(({ Type }) => Type === "volume");
}
