type Environment = Readonly<Record<string, string>>;

const DESTRUCTIVE = { SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS: "true" };

/** Where the audited server records. */
export const AUDIT_FILE = "{tree}/audit/audit.jsonl";

/** The servers that cases are tried on, by what their operators set. */
export const PROFILES = {
  /** As installed. */
  ordinary: {},
  read_only: { SAFETY_ALLOW_MODERATE_OPERATIONS: "false" },
  /** Deletes without asking. */
  unasked: { ...DESTRUCTIVE, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false" },
  /** Deletes what a plan showed. */
  confirmed: { ...DESTRUCTIVE },
  /** Deletes what a person agreed to. */
  human: { ...DESTRUCTIVE, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "human" },
  /** The same, with a client that can ask its user. */
  asking: { ...DESTRUCTIVE, SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "human" },
  few_tools: { SAFETY_ALLOWED_TOOLS: "docker_list_containers,docker_exec_command" },
  denied_tools: {
    ...DESTRUCTIVE,
    SAFETY_ALLOWED_TOOLS: "docker_list_containers,docker_exec_command",
    SAFETY_DENIED_TOOLS: "docker_exec_command",
  },
  no_tools: { SAFETY_ALLOWED_TOOLS: "" },
  privileged: { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: "true" },
  low_ports: { SAFETY_ALLOW_PRIVILEGED_PORTS: "true" },
  folders: {
    SAFETY_VOLUME_MOUNT_ALLOWLIST: "{tree}/ro",
    SAFETY_VOLUME_MOUNT_RW_ALLOWLIST: "{tree}/rw",
    SAFETY_BUILD_CONTEXT_ALLOWLIST: "{tree}/builds",
  },
  hardened: { SAFETY_CREATE_PROFILE: "hardened" },
  registries: {
    SAFETY_ALLOWED_REGISTRIES: "docker.io,registry.example:5000",
    SAFETY_ALLOWED_PUSH_REGISTRIES: "registry.example:5000",
    SAFETY_BUILD_CONTEXT_ALLOWLIST: "{tree}/builds",
  },
  no_registries: { SAFETY_ALLOWED_REGISTRIES: "" },
  guarded: { SAFETY_REDACT: "all" },
  protected: {
    ...DESTRUCTIVE,
    SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE: "false",
    SAFETY_PROTECTED: "vault,label=keep=yes,4f1c2d3e4a5b",
    SAFETY_BUILD_CONTEXT_ALLOWLIST: "{tree}/builds",
  },
  audited: {
    ...DESTRUCTIVE,
    SECURITY_AUDIT_LOG_ENABLED: "true",
    SECURITY_AUDIT_LOG_FILE: AUDIT_FILE,
  },
} as const satisfies Record<string, Environment>;

/** A name of a server that cases are tried on. */
export type ProfileName = keyof typeof PROFILES;

/** What all servers have: no limit on calls, because hundreds are made, and a record only where one is looked at. */
export const COMMON: Environment = {
  SECURITY_RATE_LIMIT_ENABLED: "false",
  SECURITY_AUDIT_LOG_ENABLED: "false",
  DOCKER_CONFIG: "{tree}",
};
