import { z } from "zod";
import { isContainerName, isImageLookup } from "../docker/reference.ts";
import {
  capability,
  isHostname,
  isMountSource,
  isMountTarget,
  isNetworkMode,
  isRestartPolicy,
  isTmpfsOptions,
  isUser,
  USER_FORM,
} from "./container_grammar.ts";
import { command, environment, isContainerPath, isOrdinaryKey, platform } from "./fields.ts";
import { healthcheck } from "./healthcheck.ts";
import { labels } from "./labels.ts";

/** The type of {@linkcode createInput}. */
export type CreateInputSchema = ReturnType<typeof schema>;

/** What a container is created from, as {@linkcode createInput} has checked it. */
export type CreateInput = z.output<CreateInputSchema>;

/** The arguments of docker_create_container. */
export function createInput(): CreateInputSchema {
  return schema();
}

function schema() {
  return z.strictObject({
    image: z.string().max(512).refine(isImageLookup, {
      error: "is not an image reference; expected name[:tag][@digest] or an image id",
    }).meta({ description: "Reference or id" }),
    name: z.string().meta({ description: "Made up if absent" }).optional()
      .refine((name) => name === undefined || isContainerName(name), {
        error: 'expected 2 to 128 letters, digits, "_", "." or "-", not shaped like an id',
      }),
    command: command("Instead of the image's: a list or a line").optional(),
    entrypoint: command('As command; "" clears it').optional(),
    environment: environment(),
    ports: ports(),
    volumes: volumes(),
    network: text(300, isNetworkMode, "is not a network name or id", "Name or id").optional(),
    restart_policy: restartPolicy().optional(),
    labels: labels(),
    user: text(64, isUser, USER_FORM, "User or uid, with :group").optional(),
    working_dir: text(
      4096,
      isContainerPath,
      'expected an absolute path without "." or "..", outside /proc, /sys and /dev',
      "Absolute path",
    ).optional(),
    hostname: text(64, isHostname, "expected letters, digits, -, _ and .", "Its own name")
      .optional(),
    platform: platform(),
    healthcheck: healthcheck().optional().meta({
      description:
        '{"test": "curl -f localhost", "interval": "30s", "timeout", "retries", "start_period"}',
    }),
    ...flags(),
    ...resources(),
  });
}

function resources() {
  return {
    mem_limit: z.string().max(32).optional().meta({ description: 'E.g. "512m"' }),
    cpu_shares: z.number().int().min(2).max(262_144).optional()
      .meta({ description: "CPU weight; 1024 is usual" }),
    // The Engine takes no less than a hundredth.
    cpus: z.number().min(0.01).max(1024).optional().meta({ description: "CPUs" }),
    tmpfs: z.record(z.string(), z.string().max(256))
      .refine((mounts) => Object.keys(mounts).every(isTarget), {
        error: MOUNT_TARGET,
      })
      .refine((mounts) => Object.values(mounts).every(isTmpfsOptions), {
        error: 'expected options such as "size=64m,mode=1777,noexec"',
      }).optional().meta({ description: '{"/run": "size=64m"}' }),
    cap_drop: z.array(z.string().max(64)).max(64)
      .refine((names) => names.every((name) => capability(name) !== undefined), {
        error: 'has a name that is no capability; expected e.g. "NET_RAW" or "ALL"',
      }).optional().meta({ description: 'E.g. ["ALL"]' }),
  };
}

function flags() {
  return {
    read_only: z.boolean().optional().meta({ description: "Root file system" }),
    init: z.boolean().optional().meta({ description: "Reaps zombies" }),
    detach: z.boolean().default(true).meta({ description: "No effect" }),
    remove: z.boolean().default(false).meta({ description: "Delete it on exit" }),
  };
}

const MOUNT_TARGET =
  'expected an absolute path without ".", ".." or ":", not "/" and outside /proc, /sys and /dev';

function ports() {
  const hostPort = z.number().int().min(0).max(65_535);
  return z.record(
    z.string(),
    z.union([hostPort, z.tuple([z.string(), hostPort]), z.null()]),
  ).optional().meta({
    description: '{"80/tcp": 8080}; 0: a free port; [address, port]; null: expose only',
  });
}

function volumes() {
  return z.record(
    z.string(),
    z.strictObject({
      bind: z.string().max(4096).refine(isMountTarget, { error: MOUNT_TARGET }),
      mode: z.enum(["rw", "ro"]).default("rw"),
    }),
  ).refine((volumes) => Object.keys(volumes).every(isSource), {
    error:
      'has a key that is no volume name or absolute host path; expected e.g. "data" or "/srv/shop"',
  }).optional().meta({
    description: '{"volume name or host path": {"bind": "/path", "mode": "ro"}}',
  });
}

/** `docker run` writes `on-failure:3`, Docker's SDKs `{"Name": "on-failure", "MaximumRetryCount": 3}`. */
function restartPolicy() {
  const inWords = text(
    64,
    isRestartPolicy,
    'expected "no", "always", "unless-stopped" or "on-failure:3"',
    '"always", "on-failure:3"',
  );
  const inParts = z.strictObject({
    Name: z.string(),
    MaximumRetryCount: z.number().int().min(0).optional(),
  });
  return z.preprocess((value) => {
    const { data } = inParts.safeParse(value);
    if (data === undefined) return value;
    return data.MaximumRetryCount ? `${data.Name}:${data.MaximumRetryCount}` : data.Name;
  }, inWords);
}

function text(
  maximum: number,
  isRight: (value: string) => boolean,
  error: string,
  description: string,
): z.ZodString {
  return z.string().max(maximum).refine(isRight, { error }).meta({ description });
}

function isTarget(path: string): boolean {
  return isOrdinaryKey(path) && isMountTarget(path);
}

function isSource(source: string): boolean {
  return isOrdinaryKey(source) && isMountSource(source);
}
