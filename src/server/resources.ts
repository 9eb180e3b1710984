import {
  type ListResourcesResult,
  type ReadResourceResult,
  ResourceNotFoundError,
  type ResourceTemplateType as ResourceTemplate,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import {
  type Resource,
  resourceAt,
  resourceError,
  ResourceNotFoundError as MissingResource,
  type ResourceRow,
} from "../resources/resource.ts";
import { fence } from "../safety/fence.ts";
import { refusalOf, type ToolPolicy } from "../safety/policy.ts";
import { once, type Operation, type ToolCall, type ToolOutput } from "../tools/tool.ts";
import { promptError } from "./prompts.ts";

/** Runs an operation through the pipeline for the client of a connection. */
export type Run = (
  operation: Operation,
  input: ToolCall["input"],
  signal: AbortSignal,
) => Promise<ToolOutput>;

/** How a request about resources is answered. */
export interface Answering {
  readonly run: Run;
  readonly signal: AbortSignal;
}

/** Which resources a client may read. */
export function offeredResources(resources: readonly Resource[], policy: ToolPolicy): Resource[] {
  return resources.filter(({ read }) => refusalOf(read, policy) === undefined);
}

/** A kind of resource as `resources/templates/list` shows it. */
export function templateListing(
  { name, title, description, mimeType, uriTemplate }: Resource,
): ResourceTemplate {
  return { name, title, description, mimeType, uriTemplate };
}

/** The resources there are now; those of one kind of object come from one list. */
export async function listResources(
  resources: readonly Resource[],
  { policy, run, signal }: Answering & { readonly policy: ToolPolicy },
): Promise<ListResourcesResult> {
  const listed = resources.filter(({ list }) => refusalOf(list, policy) === undefined);
  const rows: ResourceRow[] = [];
  for (const group of Map.groupBy(listed, ({ completes }) => completes).values()) {
    const [first] = group;
    if (first === undefined) continue;
    try {
      const output = await run(first.list, first.listInput, signal);
      for (const resource of group) rows.push(...resource.listed(output));
    } catch (error) {
      throw promptError(error, "resources/list");
    }
  }
  return { resources: rows };
}

/** What reading a resource that there is not is for the pipeline, which records it; no resource has such a name. */
const unknownResource: Operation = {
  kind: "resource",
  name: "(unknown)",
  safety: "safe",
  input: once(() => z.strictObject({ uri: z.string() })),
  output: once(() => z.object({})),
  example: { uri: "container://unknown/web" },
  run: (_context, { uri }) => Promise.reject(new MissingResource(String(uri))),
};

/**
 * The resource that a URI names; one that names none is recorded.
 *
 * @throws {MissingResource}
 */
export async function findResource(
  resources: readonly Resource[],
  { uri, run, signal }: Answering & { readonly uri: string },
): Promise<{ readonly resource: Resource; readonly value: string }> {
  try {
    return resourceAt(resources, uri);
  } catch (error) {
    await run(unknownResource, { uri }, signal).catch(() => undefined); // the client is told in the words of the protocol
    throw error;
  }
}

/** One resource as it is now: what others wrote in it is fenced. */
export async function readResource(
  resources: readonly Resource[],
  { uri, run, signal }: Answering & { readonly uri: string },
): Promise<ReadResourceResult> {
  try {
    const { resource, value } = await findResource(resources, { uri, run, signal });
    const output = await run(resource.read, resource.readInput(value), signal);
    const { text, note, source } = resource.contents(output);
    const shown = source === undefined ? text : fence(text, { source });
    const { mimeType } = resource;
    return {
      contents: [{ uri, mimeType, text: note === undefined ? shown : `${note}\n${shown}` }],
    };
  } catch (error) {
    throw resourceFailure(error, uri);
  }
}

/** A resource has no result that says it failed, so a failure is an error of the protocol. */
export function resourceFailure(error: unknown, uri: string): Error {
  const meant = resourceError(error, uri);
  if (!(meant instanceof MissingResource)) return promptError(error, "resources/read");
  return new ResourceNotFoundError(uri, `${meant.message}. ${meant.remedy}.`);
}
