import {
  type CompleteRequestParams,
  type CompleteResult,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import type { Prompt } from "../prompts/prompt.ts";
import type { NameKind } from "../resources/named_objects.ts";
import type { NameSnapshot } from "../resources/name_snapshot.ts";
import type { Resource } from "../resources/resource.ts";
import { cleanValue } from "../safety/clean.ts";
import { refusalOf, type ToolPolicy } from "../safety/policy.ts";
import { redactShapes } from "../safety/redact_shapes.ts";
import { listContainers } from "../tools/container_read.ts";
import { listImages } from "../tools/image_read.ts";
import { listNetworks } from "../tools/network_read.ts";
import type { Tool } from "../tools/tool.ts";
import { listVolumes } from "../tools/volume_read.ts";
import { promptNotFound } from "./prompts.ts";
import { explain } from "./result.ts";

/** What can be completed, and with what. */
export interface CompletionOptions {
  /** Those that are offered. */
  readonly prompts: readonly Prompt[];
  /** Those that are offered. */
  readonly resources: readonly Resource[];
  readonly names: NameSnapshot;
  readonly policy: ToolPolicy;
  readonly signal: AbortSignal;
}

/** The arguments of prompts that name objects. */
const ARGUMENTS: Readonly<Record<string, NameKind>> = {
  container_id: "container",
  target_host: "container",
  image: "image",
  network: "network",
  volume: "volume",
};

/** The tools that show the same names. */
const LISTS: Readonly<Record<NameKind, Tool>> = {
  container: listContainers,
  image: listImages,
  network: listNetworks,
  volume: listVolumes,
};

/** An argument to complete: what was typed before the last comma, and what is to be completed. */
interface Typed {
  readonly kind: NameKind;
  readonly before: string;
  readonly last: string;
}

/**
 * Completes an argument of a prompt or a template. It comes with every key that is pressed, so it is answered from memory and
 * takes no step of the pipeline: it is neither counted nor recorded.
 */
export async function complete(
  { ref, argument }: CompleteRequestParams,
  options: CompletionOptions,
): Promise<CompleteResult> {
  const typed = ref.type === "ref/prompt"
    ? inPrompt(ref.name, options.prompts, argument)
    : inTemplate(ref.uri, options.resources, argument);
  if (typed === undefined || refusalOf(LISTS[typed.kind], options.policy) !== undefined) {
    return { completion: { values: [], total: 0, hasMore: false } };
  }
  return { completion: await completion(typed, options) };
}

type Argument = CompleteRequestParams["argument"];

function inPrompt(
  promptName: string,
  prompts: readonly Prompt[],
  { name, value }: Argument,
): Typed | undefined {
  const prompt = prompts.find((prompt) => prompt.name === promptName);
  if (prompt === undefined) throw promptNotFound(promptName, prompts);
  const input = prompt.input();
  if (!Object.hasOwn(input.shape, name)) throw unknown("argument", name);
  const kind = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
  if (kind === undefined) return undefined;
  const takesSeveral = name.endsWith("_id") &&
    input.safeParse({ ...prompt.example, [name]: "one,another" }).success;
  const end = takesSeveral ? /[^,]*,\s*/g : undefined;
  const before = end === undefined ? "" : (value.match(end) ?? []).join("");
  return { kind, before, last: value.slice(before.length) };
}

function inTemplate(
  uri: string,
  resources: readonly Resource[],
  { name, value }: Argument,
): Typed | undefined {
  const resource = resources.find(({ uriTemplate }) => uriTemplate === uri);
  if (resource === undefined) throw unknown("resource template", uri);
  if (!resource.uriTemplate.endsWith(`{${name}}`)) throw unknown("argument", name);
  return { kind: resource.completes, before: "", last: value };
}

async function completion(
  { kind, before, last }: Typed,
  { names, signal }: CompletionOptions,
): Promise<CompleteResult["completion"]> {
  const taken = new Set(before.split(",").map((name) => name.trim()));
  try {
    const { values, total, hasMore } = await names.complete(kind, last, signal);
    // A name that looks like a credential is shown nowhere.
    const shown = values.filter((value) => !taken.has(value) && redactShapes(value) === value);
    return {
      values: shown.map((value) => before + value),
      total: total - values.length + shown.length,
      hasMore,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const words = String(cleanValue(explain(error, "completion/complete")));
    throw new ProtocolError(ProtocolErrorCode.InternalError, words);
  }
}

function unknown(what: string, name: string): ProtocolError {
  const shown = /^[\w.:/{}-]{1,64}$/.test(name) ? `: "${name}"` : "";
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Cannot complete: unknown ${what}${shown}`,
  );
}
