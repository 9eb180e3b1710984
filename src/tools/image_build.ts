import { z } from "zod";
import { DockerError } from "../docker/errors.ts";
import { parseImageReference } from "../docker/reference.ts";
import { type BuildContext, findBuildContext } from "./build_context.ts";
import { readBuildDockerfile } from "./build_dockerfile.ts";
import { isDockerfilePath, realPaths, resolveBuildPaths } from "./build_paths.ts";
import { BuildProgress } from "./build_progress.ts";
import { BuildReport } from "./build_report.ts";
import { ContextArchive } from "./context_archive.ts";
import { environment, platform, truncationInfo } from "./fields.ts";
import { labels } from "./labels.ts";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

/** Seconds a build may take. */
const BUILD_SECONDS = 900;
/** Lines of a log that went well; those of a step that failed are in the error. */
const MAXIMUM_LINES = 500;
/** BuildKit could not log in at a registry, for an image whose name only the build itself finds out. */
const PULL_FIRST = "Pull the base image with docker_pull_image, then build again";
/** How an Engine that builds with BuildKit says so in its answer to a ping. */
const BUILDKIT_VERSION = "2";

/** Builds an image from a folder. */
export const buildImage: Tool = defineTool({
  name: "docker_build_image",
  title: "Build image",
  safety: "moderate",
  description:
    "Build an image from a folder with a Dockerfile on this server's machine, and move the tag to it. " +
    "Missing base images are pulled.",
  openWorld: true,
  untrusted: ["steps.instruction", "logs", "left_out"],
  expensive: true,
  seconds: BUILD_SECONDS,
  input: () =>
    z.strictObject({
      path: z.string().max(4096)
        .refine((path) => path !== "" && !path.includes("\0"), { error: "is not a path" })
        .meta({ description: "Folder, absolute or from the first allowed one" }),
      tag: z.string().optional().meta({ description: "E.g. shop/web:1.4" })
        .refine((tag) => tag === undefined || isTag(tag), {
          error: "is not a name for an image; expected [registry[:port]/]name[:tag]",
        }),
      dockerfile: z.string().max(4096).default("Dockerfile").refine(isDockerfilePath, {
        error: 'expected a path inside the build context, relative and without ".."',
      }).meta({ description: "Path in it" }),
      buildargs: environment("Values of ARGs"),
      nocache: z.boolean().default(false).meta({ description: "Redo every step" }),
      rm: z.boolean().default(true).meta({ description: "Remove its containers" }),
      pull: z.boolean().default(false).meta({ description: "Newer base images" }),
      target: z.string().optional().refine((target) => target === undefined || isStage(target), {
        error: 'expected letters, digits, "_", "." or "-"',
      }).meta({ description: "Stage to stop at" }),
      platform: platform(),
      labels: labels(),
    }),
  output: () =>
    z.object({
      image_id: z.string(),
      tags: z.array(z.string()),
      steps: z.array(
        z.object({ position: z.string(), instruction: z.string(), status: z.string() }),
      ),
      logs: z.array(z.string()),
      left_out: z.array(z.string()).optional(),
      truncation_info: truncationInfo(),
    }),
  example: { path: ".", tag: "shop/web:1.4", buildargs: { VERSION: "1.4" } },
  async run(context, input) {
    const { buildRoots, docker, limits, privatePaths = [], registries, signal } = context;
    const paths = await resolveBuildPaths(input, buildRoots);
    const { buildargs: buildArgs } = input;
    const { bytes: dockerfile, images } = await readBuildDockerfile(paths, {
      buildArgs,
      registries,
    });
    const { builderVersion } = await docker.system.ping({ signal });
    const builder = builderVersion === BUILDKIT_VERSION ? "buildkit" : "classic";
    const keepIgnoreFile = builder === "classic";
    const found = await findBuildContext(paths, {
      signal,
      keepIgnoreFile,
      dockerfile,
      privatePaths: await realPaths(privatePaths),
    });
    const report = new BuildReport(Math.min(limits.logLines || Infinity, MAXIMUM_LINES));
    await build(context, { found, report }, {
      builder,
      tag: input.tag,
      dockerfile: paths.file,
      baseImages: images,
      buildArgs,
      labels: input.labels,
      target: input.target,
      platform: input.platform,
      noCache: input.nocache,
      pull: input.pull,
      removeContainers: input.rm,
    });
    return { ...await built(context, report, input.tag), ...leftOut(found) };
  },
});

type BuildRequest = NonNullable<Parameters<ToolContext["docker"]["build"]["build"]>[1]>;

interface Build {
  readonly found: BuildContext;
  readonly report: BuildReport;
}

async function build(
  { docker, progress, signal }: ToolContext,
  { found, report }: Build,
  request: BuildRequest,
): Promise<void> {
  const told = new BuildProgress(progress, found.bytes);
  const archive = new ContextArchive(found, () => told.sent(archive.readBytes));
  try {
    for await (const event of docker.build.build(() => archive.stream(), { ...request, signal })) {
      report.add(event);
      if (event.kind === "step") told.step(event, report);
    }
  } catch (error) {
    signal.throwIfAborted();
    // The Engine saw an archive that broke off; why it did is what matters.
    throw archive.failure ?? error;
  }
  if (report.failure !== undefined) {
    throw new DockerError(
      "build_failed",
      `Cannot build ${name(request.tag)}: ${report.explainFailure()}`,
      /no active sessions/.test(report.failure) ? { remedy: PULL_FIRST } : {},
    );
  }
}

async function built(
  { docker, signal }: ToolContext,
  report: BuildReport,
  tag: string | undefined,
): Promise<{ image_id: string; tags: string[]; steps: BuildReport["steps"] } & Logs> {
  const id = report.imageId ?? tag;
  if (id === undefined) {
    throw new DockerError("incomplete", "Cannot tell which image was built: the Engine named none");
  }
  const { Id, RepoTags } = await docker.images.inspect(id, { signal });
  return { image_id: Id ?? id, tags: [...RepoTags ?? []], steps: report.steps, ...report.logs() };
}

type Logs = ReturnType<BuildReport["logs"]>;

/** Enough to see what kind of things they are. */
const SHOWN_LEFT_OUT = 20;

function leftOut({ leftOut }: BuildContext): { left_out?: string[] } {
  return leftOut.length === 0 ? {} : { left_out: leftOut.slice(0, SHOWN_LEFT_OUT) };
}

function name(tag: string | undefined): string {
  return tag === undefined ? "an image" : `image "${tag}"`;
}

function isTag(text: string): boolean {
  const reference = parseImageReference(text);
  return reference !== undefined && reference.digest === undefined;
}

function isStage(text: string): boolean {
  return /^[a-zA-Z0-9][\w.-]{0,127}$/.test(text);
}
