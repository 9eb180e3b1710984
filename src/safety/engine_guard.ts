import type { DockerOptions } from "../docker/client.ts";
import type { Hijacked, Transport, TransportRequest } from "../docker/transport/transport.ts";
import { RefusedError } from "../tools/refused.ts";
import type { RegistryPolicy } from "../tools/registry.ts";
import { judgeContainer } from "./container_policy.ts";
import type { CreatePolicy } from "./create_policy.ts";
import { judgeExec } from "./exec_policy.ts";
import { judgeConnect, judgeDisconnect, judgeNetwork } from "./network_policy.ts";
import { judgeObjects } from "./object_guard.ts";
import { type ReaderFor, readersOver } from "./object_lookup.ts";
import { judgeTransfer } from "./registry_policy.ts";
import type { TargetPolicy } from "./target_guard.ts";
import { judgeVolume } from "./volume_policy.ts";

/**
 * Every Engine request this program may make; `{}` stands for one name or id, `{ref}` for one image reference. What is not
 * here, above all the Engine's own prune endpoints, cannot be reached by any tool, however wrong the tool is.
 */
const ALLOWED = [
  "GET /_ping",
  "HEAD /_ping",
  "GET /version",
  "GET /info",
  "GET /events",
  "GET /system/df",
  "GET /containers/json",
  "GET /containers/{}/json",
  "GET /containers/{}/logs",
  "GET /containers/{}/stats",
  "GET /containers/{}/top",
  "POST /containers/create",
  "POST /containers/{}/start",
  "POST /containers/{}/stop",
  "POST /containers/{}/restart",
  "DELETE /containers/{}",
  "POST /containers/{}/exec",
  "POST /exec/{}/start",
  "GET /exec/{}/json",
  "GET /images/json",
  "GET /images/{ref}/json",
  "POST /images/create",
  "POST /images/{ref}/push",
  "POST /build",
  "GET /images/{ref}/history",
  "POST /images/{ref}/tag",
  "DELETE /images/{ref}",
  "GET /networks",
  "GET /networks/{}",
  "POST /networks/create",
  "POST /networks/{}/connect",
  "POST /networks/{}/disconnect",
  "DELETE /networks/{}",
  "GET /volumes",
  "GET /volumes/{}",
  "POST /volumes/create",
  "DELETE /volumes/{}",
  // Names only; the Engine never tells the values.
  "GET /secrets",
] as const;

type Allowed = typeof ALLOWED[number];
type Judge = (body: unknown, policy: CreatePolicy) => void | Promise<void>;

/** Requests whose JSON body decides what they do; each judge throws what it refuses. */
const JUDGES: Readonly<Partial<Record<Allowed, Judge>>> = {
  "POST /containers/create": judgeContainer,
  "POST /containers/{}/exec": judgeExec,
  "POST /networks/create": judgeNetwork,
  "POST /networks/{}/connect": judgeConnect,
  "POST /networks/{}/disconnect": judgeDisconnect,
  "POST /volumes/create": judgeVolume,
};

/** Requests whose query decides what they do, and the parameters that it may have. */
const QUERIES: Readonly<Partial<Record<Allowed, readonly string[]>>> = {
  "POST /containers/create": ["name", "platform"],
  // Not "fromSrc", which imports what a URL answers.
  "POST /images/create": ["fromImage", "tag", "platform"],
  "POST /images/{ref}/push": ["tag"],
  // Not "remote", "outputs", "networkmode", "extrahosts", "cgroupparent" and others that reach beyond a build.
  "POST /build": [
    "version",
    "dockerfile",
    "t",
    "buildargs",
    "labels",
    "target",
    "platform",
    "nocache",
    "pull",
    "rm",
    "forcerm",
  ],
  "POST /images/{ref}/tag": ["repo", "tag"],
  // Not "ps_args", with which the Engine runs ps on its host.
  "GET /containers/{}/top": [],
};
/** Bodies that no Engine reads as further parameters, which a form would be. */
const NO_FORM = [undefined, "application/json", "application/x-tar"];

/** Bytes of a body; Engines before 29.3.1 show their authorization plugins none over 1 MB (CVE-2026-34040). */
const MAXIMUM_BODY = 1_000_000;

/** A name needs no encoding, so "%" in one is an attack. */
const NAME = "[A-Za-z0-9][\\w.-]*";
/** Percent-encoded into one segment; "%5B" begins the IPv6 address of a registry. */
const REFERENCE = "(?:[A-Za-z0-9]|%5B)[\\w.%-]*";
const PATTERNS = ALLOWED.map((entry) => ({
  entry,
  pattern: new RegExp(`^${entry.replaceAll("{}", NAME).replaceAll("{ref}", REFERENCE)}$`),
}));
const VERSION_PREFIX = /^\/v\d+\.\d+(?=\/)/;

/** What decides about the requests of a transport. */
export interface GuardPolicy extends CreatePolicy, TargetPolicy {
  /** @default {all registries} */
  readonly registries?: RegistryPolicy | undefined;
  /** Deadlines for looking up what a request names. @default {those of the client} */
  readonly timeouts?: DockerOptions["timeouts"];
}

/** Wraps a transport so that only requests of the table pass, and creates only with a body the policy allows. */
export function guardTransport(transport: Transport, policy: GuardPolicy): Transport {
  const readerFor = readersOver(transport, policy.timeouts);
  return {
    get endpoint(): string {
      return transport.endpoint;
    },
    fetch(path: string, init: TransportRequest = {}): Promise<Response> {
      return guarded(() => transport.fetch(path, init), path, {
        init,
        readerFor,
        policy,
        method: "GET",
      });
    },
    hijack(path: string, init: TransportRequest = {}): Promise<Hijacked> {
      return guarded(() => transport.hijack(path, init), path, {
        init,
        readerFor,
        policy,
        method: "POST",
      });
    },
    [Symbol.dispose](): void {
      transport[Symbol.dispose]();
    },
  };
}

interface Guarded {
  readonly init: TransportRequest;
  readonly readerFor: ReaderFor;
  readonly policy: GuardPolicy;
  /** The method where `init` names none. */
  readonly method: string;
}

async function guarded<Answer>(
  pass: () => Promise<Answer>,
  path: string,
  { init, method, policy, readerFor }: Guarded,
): Promise<Answer> {
  const request = `${init.method ?? method} ${pathOnly(path)}`;
  const entry = PATTERNS.find(({ pattern }) => pattern.test(request))?.entry;
  if (entry === undefined) {
    throw new RefusedError(
      "policy",
      `Cannot send "${request}" to the Engine: not a request of this server`,
    );
  }
  judgeQuery(entry, path, init.headers);
  const target = targetOf(path);
  judgeTransfer(entry, { target, query: queryOf(path), registries: policy.registries });
  const judge = JUDGES[entry];
  const body = judge === undefined ? undefined : jsonBody(entry, init.body);
  await judge?.(body, policy);
  const { signal } = init;
  const query = queryOf(path);
  await judgeObjects(entry, { target, query, path, body, readerFor, policy, signal });
  return await pass();
}

/** The name or id in the path, decoded; as it stands where it is not encoded as it should be, and then no name. */
function targetOf(path: string): string {
  const segment = pathOnly(path).split("/")[2] ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function queryOf(path: string): URLSearchParams {
  return new URLSearchParams(/\?(.*)$/s.exec(path)?.[1] ?? "");
}

/** Without version and query; dot segments are refused, because an Engine or proxy would resolve them. */
function pathOnly(path: string): string {
  const bare = path.replace(/[?#].*$/s, "").replace(VERSION_PREFIX, "");
  const hasDots = bare.split(/\/|%2f/i).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  return hasDots ? "(a path with dot segments)" : bare;
}

function judgeQuery(entry: Allowed, path: string, headers: TransportRequest["headers"]): void {
  const allowed = QUERIES[entry];
  if (allowed === undefined) return;
  const query = /\?(.*)$/s.exec(path)?.[1] ?? "";
  const parameters = new URLSearchParams(query);
  const strange = [...parameters.keys()].find((name) => !allowed.includes(name));
  const [, type] = Object.entries(headers ?? {}).find(([name]) => /^content-type$/i.test(name)) ??
    [];
  // Spelt in another way than ours, it could mean something else to the Engine.
  if (strange === undefined && parameters.toString() === query && NO_FORM.includes(type)) return;
  throw new RefusedError(
    "policy",
    `Cannot send "${entry}" to the Engine: its query is not one of this server`,
  );
}

function jsonBody(entry: Allowed, body: TransportRequest["body"]): unknown {
  const text = typeof body === "string" ? body : "";
  if (text.length > MAXIMUM_BODY || new TextEncoder().encode(text).length > MAXIMUM_BODY) {
    throw new RefusedError(
      "policy",
      `Cannot send "${entry}" to the Engine: its body has more than ${MAXIMUM_BODY} bytes`,
      "Give fewer or shorter values; what is large goes into a file of an image or volume",
    );
  }
  const value = parsed(text);
  // The Engine merges a key that stands there twice, of which JSON.parse() shows the last one only.
  if (value !== undefined && JSON.stringify(value) === body) return value;
  throw new RefusedError(
    "policy",
    `Cannot send "${entry}" to the Engine: its body cannot be judged`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // what is not JSON is refused by the caller
  }
}
