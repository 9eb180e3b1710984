import type { Docker } from "../docker/client.ts";
import type { EngineEvent } from "../docker/types.ts";
import { plainName } from "../tools/container_view.ts";
import type { NameIndex } from "./name_index.ts";

/** Kinds of objects whose names complete arguments. */
export type NameKind = "container" | "image" | "network" | "volume";

/** An object's id and its names. */
export type NamedObject = readonly [id: string, names: readonly string[]];

/** What an event means for the names of one kind; `stale` where it does not tell them. */
export type NameChange = "applied" | "stale" | "unrelated";

/** Docker's event of a removed object, and Podman's. */
const GONE = ["destroy", "remove"];
/** Events of images that change no name. */
const HARMLESS_TO_IMAGES = ["push", "save", "mount", "unmount"];

/** All objects of a kind with one request. */
export async function listNames(
  docker: Docker,
  kind: NameKind,
  signal: AbortSignal,
): Promise<NamedObject[]> {
  switch (kind) {
    case "container": {
      const found = await docker.containers.list({ all: true, signal });
      return found.map(({ Id = "", Names }) => [Id, [ownName(Names)]]);
    }
    case "image": {
      const found = await docker.images.list({ signal });
      return found.map(({ Id = "", RepoTags }) => [Id, (RepoTags ?? []).filter(isTagged)]);
    }
    case "network": {
      const found = await docker.networks.list({ signal });
      return found.map(({ Id = "", Name = "" }) => [Id, [Name]]);
    }
    case "volume": {
      const found = await docker.volumes.list({ signal });
      return found.map(({ Name = "" }) => [Name, [Name]]);
    }
  }
}

/** Keeps the names of a kind as an event says. */
export function applyEvent(kind: NameKind, index: NameIndex, event: EngineEvent): NameChange {
  const { Type, Action = "", Actor } = event;
  if (Type !== kind) return "unrelated";
  if (kind === "image") return HARMLESS_TO_IMAGES.includes(Action) ? "unrelated" : "stale";
  const id = Actor?.ID ?? "";
  if (id === "") return "stale"; // a prune
  if (GONE.includes(Action)) {
    index.delete(id);
    return "applied";
  }
  if (Action !== "create" && Action !== "rename") return "unrelated";
  const name = kind === "volume" ? id : plainName(Actor?.Attributes?.["name"]);
  if (name === "") return "stale";
  index.set(id, [name]);
  return "applied";
}

/** A linked container has further names with a second slash. */
function ownName(names: readonly string[] | null | undefined): string {
  return plainName(names?.find((name) => name.lastIndexOf("/") <= 0));
}

function isTagged(tag: string): boolean {
  return !tag.includes("<none>");
}
