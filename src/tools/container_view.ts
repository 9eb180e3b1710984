import { z } from "zod";
import type { Docker } from "../docker/client.ts";
import { DockerError } from "../docker/errors.ts";
import type { ContainerDetails, ContainerPort, ContainerSummary } from "../docker/types.ts";

/** Ids as `docker ps` shows them; every tool takes them. */
export function shortId(id: string | null | undefined): string {
  return (id ?? "").replace(/^sha256:/, "").slice(0, 12);
}

/** Docker prints names with a leading slash. */
export function plainName(name: string | null | undefined): string {
  return (name ?? "").replace(/^\//, "");
}

/** RFC 3339 in UTC without fractions, from Unix seconds. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** One row of a list of containers. */
export function containerRow(summary: ContainerSummary): ContainerRow {
  const ports = portTexts(summary.Ports ?? []);
  const health = healthOf(summary);
  return {
    id: shortId(summary.Id),
    // A linked container has further names with a second slash; its own has one.
    name: plainName(summary.Names?.find((name) => name.lastIndexOf("/") <= 0)),
    image: imageName(summary.Image),
    status: summary.State ?? "unknown",
    ...(typeof summary.Created === "number" ? { created: isoTime(summary.Created) } : {}),
    ...(ports.length > 0 ? { ports } : {}),
    ...(health === undefined ? {} : { health }),
  };
}

/** One row of a list of containers, as the model reads it. */
export interface ContainerRow {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly status: string;
  readonly created?: string;
  readonly ports?: string[];
  readonly health?: string;
}

/** Published ports as `docker ps` writes them; the same port on the IPv4 and IPv6 wildcards is written once. */
export function portTexts(ports: readonly ContainerPort[]): string[] {
  const texts = new Set(ports.map(({ IP, PrivatePort, PublicPort, Type }) => {
    const inside = `${PrivatePort}/${Type ?? "tcp"}`;
    if (!PublicPort) return inside;
    const address = IP?.includes(":") ? `[${IP}]` : IP || "0.0.0.0";
    return `${address}:${PublicPort}->${inside}`;
  }));
  const isRepeated = (text: string): boolean =>
    text.startsWith("[::]:") && texts.has(text.replace("[::]", "0.0.0.0"));
  return [...texts].filter((text) => !isRepeated(text)).sort();
}

/** The output of tools that change one container. */
export function changedContainer(): z.ZodObject<{
  container_id: z.ZodString;
  name: z.ZodString;
  status: z.ZodString;
  changed: z.ZodBoolean;
  exit_code: z.ZodOptional<z.ZodNumber>;
  health: z.ZodOptional<z.ZodString>;
}> {
  return z.object({
    container_id: z.string(),
    name: z.string(),
    status: z.string(),
    changed: z.boolean(),
    exit_code: z.number().optional(),
    health: z.string().optional(),
  });
}

/**
 * How a container stands now, after something was done to it.
 *
 * What was done is not undone by a failure to see it: a container that has removed itself is "removed", one that cannot be
 * looked at is "unknown", and both go by what the caller calls them.
 */
export async function containerNow(
  docker: Docker,
  id: string,
  signal: AbortSignal,
): Promise<
  { container_id: string; name: string; status: string; exit_code?: number; health?: string }
> {
  let details: ContainerDetails;
  try {
    details = await docker.containers.inspect(id, { signal });
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    const status = error.code === "not_found" ? "removed" : "unknown";
    return { container_id: id, name: plainName(id), status };
  }
  const { Id, Name, State } = details;
  const status = State?.Status ?? "unknown";
  const health = State?.Health?.Status;
  return {
    container_id: shortId(Id),
    name: plainName(Name),
    status,
    ...(status === "exited" && typeof State?.ExitCode === "number"
      ? { exit_code: State.ExitCode }
      : {}),
    ...(State?.Running && health && health !== "none" ? { health } : {}),
  };
}

/** The Engine names an image by its full id once its tag has moved on. */
function imageName(image: string | null | undefined): string {
  return image?.startsWith("sha256:") ? shortId(image) : image ?? "";
}

/** From the field of newer Engines, else from the text that `docker ps` shows. */
function healthOf({ Health, Status }: ContainerSummary): string | undefined {
  const status = Health?.Status ??
    /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(Status ?? "")?.[1];
  return status && status !== "none" ? status : undefined;
}
