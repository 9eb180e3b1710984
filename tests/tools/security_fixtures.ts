import type { ContainerDetails, ImageDetails, SystemInfo } from "../../src/docker/types.ts";
import { deniedPath } from "../../src/safety/host_paths.ts";
import { reachesRuntime } from "../../src/safety/privileged_target.ts";
import { redactText } from "../../src/safety/redact.ts";
import { redactHistory } from "../../src/safety/redact_history.ts";
import { CHECKS, judge, type Outcome } from "../../src/tools/security_judgement.ts";
import { hostMountsOf } from "../../src/tools/security_mounts.ts";
import type {
  AuditRules,
  ContainerFacts,
  EngineFacts,
  ImageFacts,
  SwarmFacts,
} from "../../src/tools/security_subjects.ts";

/** The rules of this server, as the audit is given them. */
export const rules: AuditRules = {
  holdsSecret: (text) => redactText(redactHistory(text)) !== text,
  sensitivePath: (path) => deniedPath(path),
  reachesRuntime,
};

/** `GET /info` of Engine 20.10.24 on a host without AppArmor, as far as checks read it. */
export const INFO = {
  Driver: "overlay2",
  DriverStatus: [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
  LoggingDriver: "json-file",
  SecurityOptions: ["name=seccomp,profile=default"],
  Plugins: { Volume: ["local"], Network: ["bridge", "host"], Authorization: null },
  Swarm: { LocalNodeState: "inactive", ControlAvailable: false, NodeAddr: "" },
  RegistryConfig: {
    InsecureRegistryCIDRs: ["127.0.0.0/8"],
    IndexConfigs: { "docker.io": { Secure: true } },
  },
  DefaultRuntime: "runc",
  LiveRestoreEnabled: false,
  ExperimentalBuild: false,
  Debug: false,
  Warnings: null,
} satisfies SystemInfo;

/** `GET /containers/{id}/json` of a container that was made with nothing but an image, on the same Engine. */
const PLAIN_HOST = {
  Binds: null,
  NetworkMode: "default",
  PortBindings: {},
  RestartPolicy: { Name: "", MaximumRetryCount: 0 },
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: "private",
  IpcMode: "private",
  OomKillDisable: false,
  PidMode: "",
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: "",
  UsernsMode: "",
  Runtime: "runc",
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: "",
  CpuQuota: 0,
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  PidsLimit: null,
  Ulimits: null,
  MaskedPaths: ["/proc/asound", "/proc/kcore", "/proc/keys", "/sys/firmware"],
  ReadonlyPaths: ["/proc/bus", "/proc/sys"],
};

/** What a test changes of a plain container. */
export interface ContainerChanges {
  readonly name?: string;
  readonly host?: Readonly<Record<string, unknown>>;
  readonly details?: ContainerDetails;
  readonly info?: SystemInfo;
  readonly facts?: Partial<ContainerFacts>;
}

/** A container as the audit sees it. */
export function container(
  { name = "web", host = {}, details = {}, info = {}, facts = {} }: ContainerChanges = {},
): ContainerFacts {
  const whole: ContainerDetails = {
    Name: `/${name}`,
    Image: "sha256:1",
    State: { Status: "running", Running: true },
    AppArmorProfile: "",
    ProcessLabel: "",
    ExecIDs: null,
    Mounts: [],
    Config: { Image: "shop:1.2", User: "", Env: null },
    NetworkSettings: { Ports: {}, Networks: {} },
    ...details,
    HostConfig: { ...PLAIN_HOST, ...host },
  };
  return {
    name,
    details: whole,
    host: { ...PLAIN_HOST, ...host },
    info: { ...INFO, ...info },
    hostMounts: hostMountsOf(whole, new Map()),
    image: undefined,
    programs: ["sh", "sleep"],
    execs: [],
    rules,
    ...facts,
  };
}

/** An image as the audit sees it, built a day ago. */
export function image(
  details: ImageDetails = {},
  history: readonly string[] | null = ["CMD", "RUN"],
): ImageFacts {
  return {
    name: "shop:1.2",
    details: {
      RepoTags: ["shop:1.2"],
      RepoDigests: [],
      Created: "2026-05-31T00:00:00Z",
      Config: { User: "", Env: ["PATH=/usr/bin"] },
      ...details,
    },
    history: history?.map((CreatedBy) => ({ CreatedBy })),
    rules,
    registries: undefined,
    now: Date.parse("2026-06-01T00:00:00Z"),
  };
}

/** The Engine as the audit sees it, without containers and images. */
export function engine(info: SystemInfo = {}, facts: Partial<EngineFacts> = {}): EngineFacts {
  return {
    info: { ...INFO, ...info },
    version: { Version: "99.0.0", Components: [{ Name: "Engine", Version: "99.0.0" }] },
    networks: [{
      Name: "bridge",
      Driver: "bridge",
      Options: { "com.docker.network.bridge.enable_icc": "true" },
    }],
    images: [],
    containers: [],
    cgroupParents: [],
    endpoint: "unix:///var/run/docker.sock",
    ...facts,
  };
}

/** A manager of a swarm, as Engine 20.10 answers after `docker swarm init`. */
export function swarm(
  changes: NonNullable<SystemInfo["Swarm"]> = {},
  facts: Partial<SwarmFacts> = {},
): SwarmFacts {
  const Swarm = {
    LocalNodeState: "active",
    ControlAvailable: true,
    NodeAddr: "192.0.2.7",
    Managers: 1,
    Cluster: {
      CreatedAt: "2026-05-01T10:00:00Z",
      UpdatedAt: "2026-05-02T10:00:00Z",
      Spec: {
        EncryptionConfig: { AutoLockManagers: false },
        CAConfig: { NodeCertExpiry: 7_776_000_000_000_000 },
      },
    },
    ...changes,
  };
  return { info: { ...INFO, Swarm }, networks: [], secrets: [], ...facts };
}

/** Any kind of object that checks look at. */
export interface Subjects {
  readonly engine?: EngineFacts;
  readonly swarm?: SwarmFacts;
  readonly containers?: readonly ContainerFacts[];
  readonly images?: readonly ImageFacts[];
}

/** Every outcome for these objects. */
export function outcomes({ engine, swarm, containers = [], images = [] }: Subjects): Outcome[] {
  return judge({ engine, swarm, containers, images });
}

/** `status: evidence` of one check on the only object it looks at. */
export function verdict(id: string, subjects: Subjects): string {
  const found = outcomes(subjects).filter(({ check }) => check.id === id);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) throw new Error(`${found.length} outcomes of ${id}`);
  return `${only.status}: ${only.evidence}`;
}

/** Every check there is. */
export const ALL_CHECKS = Object.values(CHECKS).flat();
