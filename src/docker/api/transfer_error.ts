import { answerError } from "../answer_error.ts";
import { DockerError, type DockerErrorCode } from "../errors.ts";
import type { RegistryLogin } from "../registry_auth.ts";
import type { Subject } from "./subject.ts";

/** What was under way when the Engine or the registry refused. */
export interface Transfer extends Subject {
  /** As people write it, e.g. `docker.io` or `localhost:5000`. */
  readonly registry: string;
  /** In that registry. */
  readonly repository: string;
  readonly login: RegistryLogin;
}

type Meaning = readonly [pattern: RegExp, code: DockerErrorCode, remedy: string | typeof LOGIN];

/** Stands for the sentence about the credentials that were sent. */
const LOGIN = Symbol("login");

/** The words of registries and of the Engine's registry client; the first that matches counts. */
const MEANINGS: readonly Meaning[] = [
  [
    /does not exist locally|tag does not exist|no such image/i,
    "not_found",
    "List the images to see the tags there are, or tag the image for this registry first",
  ],
  [
    /no basic auth credentials|unauthorized|authentication required|\b401\b/i,
    "unauthorized",
    LOGIN,
  ],
  [/pull access denied/i, "not_found", LOGIN],
  [/denied|forbidden|\b403\b/i, "forbidden", LOGIN],
  [
    /no matching manifest|does not match the (?:specified )?platform/i,
    "not_found",
    "Choose a platform that the image has",
  ],
  [
    /manifest unknown|name unknown|repository .* not found|not found/i,
    "not_found",
    "Check the name and the tag: the registry has no such image",
  ],
  [
    /toomanyrequests|too many requests|\b429\b/i,
    "server_error",
    "Wait, or log in with docker login",
  ],
  [
    /HTTP response to HTTPS client/i,
    "server_error",
    'The registry speaks plain HTTP: add it to "insecure-registries" of the Engine\'s daemon.json',
  ],
  [
    /x509|certificate/i,
    "server_error",
    "Put the registry's CA into /etc/docker/certs.d/<registry>/ca.crt on the Engine's host",
  ],
  [
    /no such host|connection refused|timeout|network is unreachable|no route to host|server misbehaving|deadline exceeded/i,
    "server_error",
    "Check the registry's name, and that the Engine's host reaches it",
  ],
];

/** A failure that a line of the stream reports, long after the status said 200. */
export function streamedError(reason: string, { action, object }: Transfer): DockerError {
  return answerError({ action, object, status: 500, body: reason });
}

/** The same error with the code and the remedy that it has where a registry is concerned. */
export function transferError(error: unknown, transfer: Transfer): unknown {
  if (!(error instanceof DockerError) || error.status === undefined) return error;
  const { message, status, object } = error;
  const reason = withoutName(message.slice(`Cannot ${transfer.action}: `.length), transfer);
  const found = MEANINGS.find(([pattern]) => pattern.test(reason));
  if (found === undefined) return error;
  const [, code, words] = found;
  const remedy = words === LOGIN ? loginRemedy(transfer) : words;
  return new DockerError(code, message, { cause: error, status, object, remedy });
}

/** The words of a repository's name, such as "access-denied", mean nothing. */
function withoutName(reason: string, { repository }: Transfer): string {
  const name = RegExp.escape(repository);
  return reason.replace(new RegExp(`(^|[/\\s"'])${name}(?=[:/@\\s"']|$)`, "g"), "$1");
}

function loginRemedy({ registry, login: { auth, missing } }: Transfer): string {
  const again = `run docker login ${registry} as the user this server runs as`;
  if (missing !== undefined) return `${missing.message}. ${missing.remedy}`;
  return auth === undefined
    ? `If the image is private, ${again}: docker's config.json has no credentials for "${registry}"`
    : `The credentials in docker's config.json were sent and did not help: ${again}, or ask for access`;
}
