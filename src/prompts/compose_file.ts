import { fieldsOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";
import { ComposeDependencies } from "./compose_dependencies.ts";
import type { ComposeContainer, ComposeFacts } from "./compose_facts.ts";
import { commonProject, serviceNames } from "./compose_names.ts";
import { composeNetworks } from "./compose_networks.ts";
import { ComposeTexts } from "./compose_secrets.ts";
import { servicePart } from "./compose_container.ts";
import { type ComposePart, defined } from "./compose_values.ts";
import { composeVolumes } from "./compose_volumes.ts";
import { composeYaml } from "./compose_yaml.ts";
import { jsonBytes } from "./material.ts";

/** How a Compose file is written. */
export interface ComposeOptions {
  /** Replaces each secret in a text by `[redacted:<kind>]`; what it changes becomes a reference. */
  readonly redact: (text: string) => string;
  /** Bytes of the file as JSON; containers that do not fit are left out from the end. @default {16,000} */
  readonly maximumBytes?: number;
}

/** A Compose file and what to know about it. */
export interface ComposeFile {
  /** Valid by itself; "" where not even the first container fits. */
  readonly yaml: string;
  /** Names of the services, in the order of the containers. */
  readonly services: readonly string[];
  /** Variables that must be set before it can be used: the secrets. */
  readonly references: readonly string[];
  /** What it does not say or says otherwise, one sentence each. */
  readonly notes: readonly string[];
}

const USUAL_BYTES = 16_000;

/** Describes containers as a Compose file by the Compose Specification, without secrets. */
export async function composeFile(
  facts: ComposeFacts,
  { redact, maximumBytes = USUAL_BYTES }: ComposeOptions,
): Promise<ComposeFile> {
  const attempt = async (count: number): Promise<ComposeFile> => {
    const containers = facts.containers.slice(0, count);
    const { model, ...file } = composeModel({ ...facts, containers }, redact);
    const yaml = count === 0 ? "" : await composeYaml(model);
    return { ...file, yaml };
  };
  const all = facts.containers.length;
  const whole = await attempt(all);
  if (jsonBytes(whole.yaml) <= maximumBytes) return whole;
  let [fits, tooMany] = [0, all];
  let best = await attempt(0);
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    const file = await attempt(middle);
    const isShort = jsonBytes(file.yaml) <= maximumBytes;
    if (isShort) [fits, best] = [middle, file];
    else tooMany = middle;
  }
  const left = `${all - fits} of ${all} containers are left out because the file would be too long`;
  return { ...best, notes: [left, ...best.notes] };
}

/** A Compose file as an object. */
export interface ComposeModel extends Omit<ComposeFile, "yaml"> {
  readonly model: ComposePart;
}

/** The file as an object, whatever its size. */
export function composeModel(facts: ComposeFacts, redact: ComposeOptions["redact"]): ComposeModel {
  const texts = new ComposeTexts(redact);
  const details = facts.containers.map(({ details }) => details);
  const names = serviceNames(details);
  const named = facts.containers.map((container, index) =>
    [names[index] ?? "service", container] as const
  );
  learnSecrets(named, texts);
  const project = commonProject(details);
  const dependencies = new ComposeDependencies(new Map(named));
  const networks = composeNetworks(facts, project, texts);
  const volumes = composeVolumes(facts, project, texts);
  const scope = { dependencies, networks, volumes, texts };
  const services = named.map(([name, container]) =>
    [name, servicePart(name, container, scope)] as const
  );
  const model = defined({
    name: project,
    services: Object.fromEntries(services),
    networks: networks.part,
    volumes: volumes.part,
  });
  const notes = [
    ...dependencies.notes,
    ...networks.notes,
    ...named.flatMap(([name, container]) => notesOf(name, container)),
  ];
  return { model, services: names, references: texts.references, notes };
}

/** First of all, because a secret of one container may stand anywhere in another one. */
function learnSecrets(
  named: readonly (readonly [string, ComposeContainer])[],
  texts: ComposeTexts,
): void {
  for (const [service, { details }] of named) {
    for (const entry of textsOf(details.Config?.Env)) {
      const at = entry.indexOf("=");
      if (at > 0) texts.learn(entry.slice(0, at), entry.slice(at + 1), service);
    }
  }
}

/** What a container has and a Compose file cannot say. */
function notesOf(service: string, { details, image }: ComposeContainer): string[] {
  const host = fieldsOf(details.HostConfig);
  const isNameless = textsOf(image?.RepoTags).length === 0 &&
    textsOf(image?.RepoDigests).length === 0 &&
    textOf(details.Config?.Image).startsWith("sha256:");
  const anonymous = objectsOf(details.Mounts).some(({ Type, Name }) =>
    Type === "volume" && /^[0-9a-f]{64}$/.test(textOf(Name))
  );
  const mode = textOf(host.NetworkMode);
  return [
    ...(image === undefined
      ? [`${service}: its image could not be read, so that settings of the image are repeated`]
      : []),
    ...(isNameless ? [`${service}: its image has no name; tag it, and write the tag`] : []),
    ...(host.AutoRemove === true ? [`${service}: Compose has no --rm`] : []),
    ...(anonymous
      ? [`${service}: what is in its anonymous volumes does not move to a new container`]
      : []),
    ...(["", "default", "bridge"].includes(mode)
      ? [
        `${service}: was on Docker's default bridge; here it is on the project's own network, where services reach each other by name`,
      ]
      : []),
  ];
}
