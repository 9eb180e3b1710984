import { parseImageReference } from "../docker/reference.ts";
import { isMetadataHost, registryHost } from "../docker/registry_host.ts";
import { RefusedError } from "../tools/refused.ts";
import type { RegistryPolicy, RegistryUse } from "../tools/registry.ts";

/** Registries as the configuration lists them: `ghcr.io`, `localhost:5000`, `*.example.com`. */
export interface RegistryLists {
  /** Those that images may come from; undefined allows all, an empty list none. */
  readonly pull?: readonly string[] | undefined;
  /** Those that images may be sent to; undefined or an empty list is the same as `pull`. */
  readonly push?: readonly string[] | undefined;
}

const SETTINGS = {
  pull: "SAFETY_ALLOWED_REGISTRIES",
  push: "SAFETY_ALLOWED_PUSH_REGISTRIES",
} as const;
const ENTRY = /^(?:\*\.)?(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])(?::[1-9]\d{0,4})?$/i;

/** The policy of two lists. */
export function registryPolicy({ pull, push }: RegistryLists): RegistryPolicy {
  const lists = { pull, push: push?.length ? push : pull };
  const setting = { pull: SETTINGS.pull, push: push?.length ? SETTINGS.push : SETTINGS.pull };
  return {
    restrictsPulls: pull !== undefined,
    judge(image, use) {
      const { domain } = image;
      const host = registryHost(domain);
      if (isMetadataHost(domain)) throw refused(use, host, NO_REGISTRY, "No setting can allow it");
      const list = lists[use];
      if (list === undefined || list.some((entry) => matches(host, entry))) return;
      const rest = list.length === 0 ? "no registry is" : `only ${list.join(", ")}`;
      const remedy = `The operator can allow it by adding ${host} to ${setting[use]}`;
      throw refused(use, host, `it is not an allowed registry, ${rest}`, remedy);
    },
  };
}

/** A request as it goes to the Engine. */
export interface TransferRequest {
  /** The name in the path, decoded. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** @default {all registries but those that are none} */
  readonly registries?: RegistryPolicy | undefined;
}

const ALL_REGISTRIES = registryPolicy({});

/**
 * Judges the registry of a pull or push; other requests pass.
 *
 * @param entry Method and template of the request's path.
 * @throws {RefusedError} `policy` also for what is not an image reference
 */
export function judgeTransfer(
  entry: string,
  { target, query, registries = ALL_REGISTRIES }: TransferRequest,
): void {
  if (entry === "POST /images/create") judgeName(query.get("fromImage"), "pull", registries);
  if (entry === "POST /images/{ref}/push") judgeName(target, "push", registries);
}

function judgeName(name: string | null, use: RegistryUse, registries: RegistryPolicy): void {
  const image = parseImageReference(name ?? "");
  if (image === undefined) {
    throw new RefusedError("policy", `Cannot ${use} ${JSON.stringify(name)}: not an image`);
  }
  registries.judge(image, use);
}

/** Addresses of websites and words that people take for Docker Hub's registry. */
const MEANT_HUB = new Set([
  ...["hub.docker.com", "docker.com", "www.docker.com", "*.docker.com", "*.docker.io"],
  ...["docker", "hub", "dockerhub", "docker-hub"],
]);

/** Why a text cannot stand in a list of registries, as the end of a sentence; `undefined` where it can. */
export function registryEntryMistake(text: string): string | undefined {
  if (MEANT_HUB.has(text.toLowerCase())) return "is no registry; Docker Hub is docker.io";
  if (!ENTRY.test(text)) return NO_ENTRY;
  // An image `none/x` is one of Docker Hub: only a dot, a port or "localhost" makes a name a registry.
  const image = parseImageReference(`${text.toLowerCase().replace(/^\*/, "x")}/x`);
  return image?.domain === undefined ? NO_ENTRY : undefined;
}

const NO_ENTRY = "is not a registry that an image can name; expected host[:port] or *.domain, " +
  "e.g. ghcr.io, localhost:5000";

const NO_REGISTRY = "clouds keep credentials of the machine there, and no registry is";

/** `*.` stands for one or more names in front; a port is part of the host. */
function matches(host: string, entry: string): boolean {
  const wanted = registryHost(entry);
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
}

function refused(use: RegistryUse, host: string, why: string, remedy: string): RefusedError {
  const direction = use === "pull" ? "from" : "to";
  return new RefusedError("policy", `Cannot ${use} ${direction} "${host}": ${why}`, remedy);
}
