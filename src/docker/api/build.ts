import type { CallOptions, Http } from "../engine_request.ts";
import { DockerError } from "../errors.ts";
import { path } from "../path.ts";
import type { ImageReference } from "../reference.ts";
import type { BuildEvent, BuildOutput } from "../streams/build_output.ts";
import { jsonLines } from "../streams/json_lines.ts";
import { baseImageHeader, type BaseImageSources, fetchBaseImages } from "./base_images.ts";

/** Who builds: `classic` step by step with containers, `buildkit` side by side. */
export type Builder = "classic" | "buildkit";

/** What to build from a context. */
export interface BuildOptions extends CallOptions {
  /** @default {"classic"} */
  readonly builder?: Builder | undefined;
  /** A name with or without a tag, for the image. */
  readonly tag?: string | undefined;
  /** The Dockerfile's path in the context. @default {"Dockerfile"} */
  readonly dockerfile?: string | undefined;
  /** Values for the Dockerfile's `ARG`s. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * What the Dockerfile builds on: the user's logins at the registries of these images are used, and no others. For BuildKit
   * those that are missing are pulled first.
   */
  readonly baseImages?: readonly ImageReference[] | undefined;
  /** The stage to stop at. @default {the last} */
  readonly target?: string | undefined;
  /** `os/arch[/variant]`. @default {the Engine's} */
  readonly platform?: string | undefined;
  /** Build every step anew. @default {false} */
  readonly noCache?: boolean | undefined;
  /** Look for newer base images. @default {false} */
  readonly pull?: boolean | undefined;
  /** Remove the classic builder's containers, also after a failure. @default {false} */
  readonly removeContainers?: boolean | undefined;
}

/** Builds images. */
export interface BuildApi {
  /**
   * Sends a context as a tar archive and yields what the build tells. It has no deadline but the signal's; leaving early
   * ends the build.
   *
   * A build that fails while it runs yields a `failure`.
   *
   * @throws {DockerError} `invalid_argument` (the Dockerfile cannot be read), `incomplete`; what the pull of a base image
   * throws
   */
  build(
    context: () => ReadableStream<Uint8Array>,
    options?: BuildOptions,
  ): AsyncGenerator<BuildEvent, void, void>;
}

/** The value of `version` that asks for BuildKit. */
const VERSIONS = { classic: "1", buildkit: "2" } as const;
/** Bytes of one line: a step may write without line ends, and BuildKit packs many of its messages into one. */
const LINE_LIMIT = 16 * 1024 * 1024;

/** The build endpoint over `http`; `sources` fetch base images that need a login. */
export function buildApi(http: Http, sources: BaseImageSources): BuildApi {
  return {
    async *build(context, { signal, timeouts, ...options } = {}) {
      const { baseImages: images = [], builder, pull = false, platform, tag } = options;
      const action = tag === undefined ? "build an image" : `build image "${tag}"`;
      const classic = builder !== "buildkit";
      const headers = classic ? await baseImageHeader({ images, signal }, sources.logins) : {};
      const notPulled = classic
        ? undefined
        : yield* fetchBaseImages({ images, pull, platform, signal }, sources);
      await using answer = await http.open({
        action,
        method: "POST",
        path: path`/build`,
        query: queryOf({ ...options, pull: pull && classic }),
        headers: { ...headers, "content-type": "application/x-tar" },
        content: context,
        endless: true,
        signal,
        // The Engine answers once it has read the context, which takes as long as it takes.
        timeouts: { firstByte: 0, ...timeouts },
      });
      // Only builds need the protobuf library.
      const { BuildOutput } = await import("../streams/build_output.ts");
      const output = new BuildOutput();
      let stepFailed = false;
      for await (const line of jsonLines(answer.body.pieces(), LINE_LIMIT)) {
        for (const event of readLine(output, line, action)) {
          stepFailed ||= isFailedStep(event);
          // "no active sessions" is all that BuildKit says of an image that it cannot pull.
          if (notPulled && event.kind === "failure" && !stepFailed) throw notPulled;
          yield event;
        }
      }
      yield* output.finish();
    },
  };
}

function queryOf(options: BuildOptions): Record<string, string | boolean | undefined> {
  const { buildArgs, labels, removeContainers, noCache } = options;
  const json = (values?: Readonly<Record<string, string>>): string | undefined =>
    values === undefined ? undefined : JSON.stringify(values);
  return {
    version: VERSIONS[options.builder ?? "classic"],
    dockerfile: options.dockerfile,
    t: options.tag,
    buildargs: json(buildArgs),
    labels: json(labels),
    target: options.target,
    platform: options.platform,
    nocache: noCache || undefined,
    pull: options.pull || undefined,
    rm: removeContainers ?? false,
    forcerm: removeContainers || undefined,
  };
}

/** Whether a step of the Dockerfile did not succeed, other than finding its base image. */
function isFailedStep(event: BuildEvent): boolean {
  return event.kind === "step" && event.state === "failed" && event.position !== undefined &&
    !/^FROM /i.test(event.instruction);
}

function readLine(output: BuildOutput, line: unknown, action: string): BuildEvent[] {
  try {
    return output.read(line);
  } catch (error) {
    const message = `Cannot ${action}: its progress cannot be read`;
    const remedy = "The build may have succeeded all the same: list the images before trying again";
    throw new DockerError("incomplete", message, { cause: error, remedy });
  }
}
