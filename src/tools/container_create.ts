import { z } from "zod";
import { isContainerName, isImageLookup, isVolumeName } from "../docker/reference.ts";
import { shortId } from "./container_view.ts";
import { command, environment, environmentList, isContainerPath } from "./fields.ts";
import { ownedLabels } from "./labels.ts";
import { memoryBytes } from "./memory_size.ts";
import { portBindings } from "./port_bindings.ts";
import { argumentList } from "./shell_words.ts";
import { defineTool, type Tool } from "./tool.ts";

/** Creates a container without starting it. */
export const createContainer: Tool = defineTool({
  name: "docker_create_container",
  title: "Create container",
  safety: "moderate",
  description:
    "Create a container from an image the Engine has; docker_start_container starts it. Ports are published on 127.0.0.1 unless an address is given.",
  input: createInput,
  output: () =>
    z.object({
      container_id: z.string(),
      name: z.string().nullable(),
      warnings: z.array(z.string()).nullable(),
    }),
  example: {
    image: "nginx:1.29",
    name: "web",
    ports: { "80/tcp": 8080 },
    volumes: { data: { bind: "/data", mode: "rw" } },
    environment: { TZ: "UTC" },
  },
  async run({ docker, signal, owner }, input) {
    const { Id, Warnings } = await docker.containers.create(createBody(input, owner), {
      ...(input.name === undefined ? {} : { name: input.name }),
      signal,
    });
    const warnings = Warnings.length > 0 ? [...Warnings] : null;
    return { container_id: shortId(Id), name: input.name ?? null, warnings };
  },
});

type CreateInput = z.output<ReturnType<typeof createInput>>;

// deno-lint-ignore explicit-function-return-type -- the schema's type is its definition
function createInput() {
  const hostPort = z.number().int().min(0).max(65_535);
  return z.strictObject({
    image: z.string().max(512).refine(isImageLookup, {
      error: "is not an image reference; expected name[:tag][@digest] or an image id",
    }).meta({ description: "Reference or id" }),
    name: z.string().meta({ description: "Made up if absent" }).optional()
      .refine((name) => name === undefined || isContainerName(name), {
        error: 'expected 2 to 128 letters, digits, "_", "." or "-", not shaped like an id',
      }),
    command: command("Instead of the image's: a list or a line").optional(),
    environment: environment(),
    ports: z.record(
      z.string(),
      z.union([hostPort, z.tuple([z.string(), hostPort]), z.null()]),
    ).optional().meta({
      description: '{"80/tcp": 8080}; 0: a free port; [address, port]; null: expose only',
    }),
    volumes: z.record(
      z.string(),
      z.strictObject({
        bind: z.string().max(4096).refine(isMountTarget, {
          error:
            'expected an absolute path without ".", ".." or ":", not "/" and outside /proc, /sys and /dev',
        }),
        mode: z.enum(["rw", "ro"]).default("rw"),
      }),
    ).refine((volumes) => Object.keys(volumes).every(isMountSource), {
      error: 'has a key that is no volume name; expected 2 to 128 letters, digits, "_", "." or "-"',
    }).optional().meta({ description: '{"volume name": {"bind": "/path", "mode": "ro"}}' }),
    detach: z.boolean().default(true).meta({ description: "No effect" }),
    remove: z.boolean().default(false).meta({ description: "Delete it on exit" }),
    mem_limit: z.string().max(32).optional().meta({ description: 'Memory, e.g. "512m"' }),
    cpu_shares: z.number().int().min(2).max(262_144).optional()
      .meta({ description: "CPU weight; 1024 is usual" }),
  });
}

/** Host paths pass here, because the create policy has the words to refuse them with. */
function isMountSource(source: string): boolean {
  return source.startsWith("/") || isVolumeName(source);
}

function isMountTarget(path: string): boolean {
  return isContainerPath(path) && !path.includes(":") && !/^\/+$/.test(path);
}

/** The body of `POST /containers/create`, field by field, so that nothing unasked gets in. */
function createBody(input: CreateInput, owner: string): Record<string, unknown> {
  const { exposed, bindings } = portBindings(input.ports ?? {});
  const mounts = Object.entries(input.volumes ?? {}).map(([source, { bind, mode }]) => ({
    Type: source.startsWith("/") ? "bind" : "volume",
    Source: source,
    Target: bind,
    ReadOnly: mode === "ro",
  }));
  return {
    Image: input.image,
    ...(input.command === undefined ? {} : { Cmd: argumentList(input.command) }),
    ...(input.environment ? { Env: environmentList(input.environment) } : {}),
    ...(exposed.length > 0
      ? { ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])) }
      : {}),
    Labels: ownedLabels({}, owner),
    HostConfig: {
      ...(mounts.length > 0 ? { Mounts: mounts } : {}),
      ...(Object.keys(bindings).length > 0 ? { PortBindings: bindings } : {}),
      ...(input.remove ? { AutoRemove: true } : {}),
      ...(input.mem_limit === undefined ? {} : { Memory: memoryBytes(input.mem_limit) }),
      ...(input.cpu_shares === undefined ? {} : { CpuShares: input.cpu_shares }),
    },
  };
}
