import type {
  ContainerDetails,
  ImageDetails,
  NetworkDetails,
  VolumeDetails,
} from "../../src/docker/types.ts";
import { type ComposeFile, composeFile } from "../../src/prompts/compose_file.ts";
import type { ComposeContainer, ComposeFacts } from "../../src/prompts/compose_facts.ts";
import { redactText } from "../../src/safety/redact.ts";
import { parse } from "yaml";

/** Any part of a container, in the Engine's words. */
export interface Changes {
  readonly id?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly host?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly mounts?: readonly unknown[];
  readonly image?: Partial<ImageDetails>;
}

/** A container as `inspect` shows it, with what the Engine writes where nothing is asked for. */
export function container(name: string, changes: Changes = {}): ComposeContainer {
  const id = changes.id ?? name.replace(/[^0-9a-f]/g, "0").padEnd(64, "0");
  const details = {
    Id: id,
    Name: `/${name}`,
    Image: "sha256:1",
    State: { Status: "running", Running: true },
    Config: {
      Hostname: id.slice(0, 12),
      Image: `${name}:1`,
      Env: ["PATH=/bin"],
      Cmd: ["serve"],
      ...changes.config,
    },
    HostConfig: {
      NetworkMode: "default",
      RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
      LogConfig: { Type: "json-file", Config: {} },
      ShmSize: 67_108_864,
      IpcMode: "private",
      Runtime: "runc",
      ...changes.host,
    },
    Mounts: changes.mounts ?? [],
    NetworkSettings: { Networks: changes.networks ?? { bridge: {} } },
  } as unknown as ContainerDetails;
  const image = {
    RepoTags: [`${name}:1`],
    Config: { Env: ["PATH=/bin"], Cmd: ["serve"] },
    ...changes.image,
  };
  return { details, image };
}

/** What a file is made of. */
export function factsOf(
  containers: readonly ComposeContainer[],
  { networks = [], volumes = [], others = [] }: {
    readonly networks?: readonly NetworkDetails[];
    readonly volumes?: readonly VolumeDetails[];
    readonly others?: ComposeFacts["others"];
  } = {},
): ComposeFacts {
  return {
    containers,
    networks: new Map(networks.map((network) => [network.Name ?? "", network])),
    volumes: new Map(volumes.map((volume) => [volume.Name ?? "", volume])),
    others,
  };
}

/** A file as a reader of YAML sees it. */
export interface ReadFile extends ComposeFile {
  readonly services: string[];
  readonly file: {
    readonly name?: string;
    readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly networks?: Readonly<Record<string, unknown>>;
    readonly volumes?: Readonly<Record<string, unknown>>;
  };
}

/** Writes a file and reads it back. */
export async function written(facts: ComposeFacts, maximumBytes?: number): Promise<ReadFile> {
  const made = await composeFile(facts, {
    redact: redactText,
    ...(maximumBytes === undefined ? {} : { maximumBytes }),
  });
  return { ...made, services: [...made.services], file: parse(made.yaml) };
}

/** The one service of a file that was made of one container. */
export async function serviceOf(
  changes: Changes,
  facts: Parameters<typeof factsOf>[1] = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { file } = await written(factsOf([container("web", changes)], facts));
  return file.services["web"] ?? {};
}
