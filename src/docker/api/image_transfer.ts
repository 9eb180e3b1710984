import type { CallOptions, EngineRequest, Http } from "../engine_request.ts";
import { path } from "../path.ts";
import { formatImageReference, type ImageReference } from "../reference.ts";
import { registryAuthHeader, type RegistryLogins } from "../registry_auth.ts";
import { jsonLines } from "../streams/json_lines.ts";
import { objectOf } from "./answer.ts";
import { subject } from "./subject.ts";
import { streamedError, type Transfer, transferError } from "./transfer_error.ts";

/** One thing that the Engine tells about a pull or a push under way. */
export type TransferStep = {
  /** E.g. `Downloading`, `Pull complete`, `Digest: sha256:…`. */
  readonly status?: string;
  /** Twelve digits of the layer it is about; a tag or nothing for what is about no layer. */
  readonly id?: string;
  /** Bytes. */
  readonly progressDetail?: { readonly current?: number; readonly total?: number } | null;
  /** After a push; Engine 29 does not send it. */
  readonly aux?: { readonly Tag?: string; readonly Digest?: string } | null;
};

/** What to pull besides the image's name. */
export interface PullOptions extends CallOptions {
  /** `os/arch[/variant]`. @default {the Engine's} */
  readonly platform?: string | undefined;
}

/**
 * Images from and to registries, with the user's login there.
 *
 * The request is sent when the iteration starts. Leaving early or aborting the signal drops the connection,
 * at which the Engine stops.
 */
export interface ImageTransferApi {
  /**
   * Pulls the digest, else the tag, else all tags of the repository.
   *
   * @throws {DockerError} `not_found`, `unauthorized`, `forbidden`, `server_error` with the registry's words
   */
  pull(reference: ImageReference, options?: PullOptions): AsyncGenerator<TransferStep, void, void>;
  /**
   * Pushes the tag, else all tags of the repository; a digest is not looked at.
   *
   * @throws {DockerError} `not_found`, `unauthorized`, `forbidden`, `server_error` with the registry's words
   */
  push(reference: ImageReference, options?: CallOptions): AsyncGenerator<TransferStep, void, void>;
}

/** The Engine tries a registry several times before it answers, and is silent while it unpacks a large layer. */
const TIMEOUTS = { firstByte: 120_000, idle: 300_000, total: 0 };

/** The endpoints that move images over `http`; `logins` is asked once for each call. */
export function imageTransferApi(http: Http, logins: RegistryLogins): ImageTransferApi {
  return {
    async *pull(reference, { platform, signal, timeouts } = {}) {
      const { tag, digest } = reference;
      const transfer = await begin("pull", reference, { logins, signal });
      const request = {
        ...transfer,
        method: "POST",
        path: path`/images/create`,
        query: { fromImage: nameOf(reference), tag: digest ?? tag, platform },
        headers: transfer.login.auth && registryAuthHeader(transfer.login.auth),
      } as const;
      yield* steps(http, { ...request, signal, timeouts }, transfer);
    },
    async *push(reference, { signal, timeouts } = {}) {
      const transfer = await begin("push", reference, { logins, signal });
      const request = {
        ...transfer,
        method: "POST",
        path: path`/images/${nameOf(reference)}/push`,
        query: { tag: reference.tag },
        headers: registryAuthHeader(transfer.login.auth),
      } as const;
      yield* steps(http, { ...request, signal, timeouts }, transfer);
    },
  };
}

function nameOf(reference: ImageReference): string {
  return formatImageReference({ ...reference, tag: undefined, digest: undefined });
}

async function begin(
  verb: "pull" | "push",
  reference: ImageReference,
  { logins, signal }: { readonly logins: RegistryLogins; readonly signal: AbortSignal | undefined },
): Promise<Transfer> {
  const registry = reference.domain ?? "docker.io";
  const login = await logins(reference.domain, signal);
  const about = subject(verb, "image", formatImageReference(reference));
  return { ...about, registry, repository: reference.path, login };
}

async function* steps(
  http: Http,
  { timeouts, ...request }: EngineRequest,
  transfer: Transfer,
): AsyncGenerator<TransferStep, void, void> {
  try {
    const allowed = { ...TIMEOUTS, ...timeouts };
    await using answer = await http.open({ ...request, endless: true, timeouts: allowed });
    for await (const line of jsonLines(answer.body.pieces())) {
      const step = objectOf<TransferStep & StreamedFailure>(line, transfer.action);
      const reason = step.errorDetail?.message || step.error;
      if (reason) throw streamedError(reason, transfer);
      yield step;
    }
  } catch (error) {
    throw transferError(error, transfer);
  }
}

interface StreamedFailure {
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string } | null;
}
