import type { Setting } from "./setting.ts";
import {
  booleanOrText,
  booleanText,
  choiceText,
  integerText,
  listText,
  pathListText,
} from "./value.ts";

const MEBIBYTE = 1024 * 1024;

/** What may be done to the Engine, and how much may come back. */
export const safetySettings = {
  allowModerateOperations: {
    group: "safety",
    env: "SAFETY_ALLOW_MODERATE_OPERATIONS",
    description:
      "Offer tools that change something that can be undone, such as create, start and stop",
    schema: () => booleanText(),
    default: true,
    effect: "now",
  },
  allowDestructiveOperations: {
    group: "safety",
    env: "SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS",
    description: "Offer tools that lose something for good, such as remove and prune",
    schema: () => booleanText(),
    default: false,
    effect: "now",
  },
  allowPrivilegedContainers: {
    group: "safety",
    env: "SAFETY_ALLOW_PRIVILEGED_CONTAINERS",
    description:
      "Let commands run privileged, privileged containers start and be used, and containers and networks use interfaces of the host, which gives them the host",
    schema: () => booleanText(),
    default: false,
    effect: "now",
  },
  buildContextAllowlist: {
    group: "safety",
    env: "SAFETY_BUILD_CONTEXT_ALLOWLIST",
    description:
      "Folders that images may be built from, with all that is in them; the working directory when not set, unless it holds a home directory, and none when set but empty",
    schema: () => pathListText(),
    default: undefined,
    example: "~/projects,/srv/shop",
    path: true,
    emptyIsValue: true,
    effect: "now",
  },
  requireConfirmationForDestructive: {
    group: "safety",
    env: "SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE",
    description:
      "Show what a destructive call will hit before it happens; `human` lets only a person agree to it",
    schema: () => booleanOrText("human"),
    default: true,
    effect: "now",
  },
  maxConcurrentOperations: {
    group: "safety",
    env: "SAFETY_MAX_CONCURRENT_OPERATIONS",
    description:
      "Quick reading calls that may run at once, and apart from them calls that change something or take over a minute",
    schema: () => integerText(1, 100),
    default: 10,
    effect: "now",
  },
  maxLogLines: {
    group: "safety",
    env: "SAFETY_MAX_LOG_LINES",
    description:
      "Log lines in one answer, the newest; 0 sets no limit besides SAFETY_MAX_RESPONSE_BYTES",
    schema: () => integerText(0, 100_000),
    default: 10_000,
    effect: "now",
  },
  maxExecOutputBytes: {
    group: "safety",
    env: "SAFETY_MAX_EXEC_OUTPUT_BYTES",
    description:
      "Bytes of a command's output in one answer, its start and its end; 0 sets no limit besides SAFETY_MAX_RESPONSE_BYTES",
    schema: () => integerText(0, 10 * MEBIBYTE),
    default: MEBIBYTE,
    effect: "now",
  },
  maxListResults: {
    group: "safety",
    env: "SAFETY_MAX_LIST_RESULTS",
    description: "Rows of a list in one answer; 0 sets no limit besides SAFETY_MAX_RESPONSE_BYTES",
    schema: () => integerText(0, 10_000),
    default: 1000,
    effect: "now",
  },
  truncateInspectOutput: {
    group: "safety",
    env: "SAFETY_TRUNCATE_INSPECT_OUTPUT",
    description: "Cut long strings inside inspect answers to SAFETY_MAX_INSPECT_FIELD_BYTES",
    schema: () => booleanText(),
    default: false,
    effect: "now",
  },
  maxInspectFieldBytes: {
    group: "safety",
    env: "SAFETY_MAX_INSPECT_FIELD_BYTES",
    description:
      "Bytes of one string inside an inspect answer when SAFETY_TRUNCATE_INSPECT_OUTPUT is on",
    schema: () => integerText(1024, MEBIBYTE),
    default: 64 * 1024,
    effect: "now",
  },
  maxResponseBytes: {
    group: "safety",
    env: "SAFETY_MAX_RESPONSE_BYTES",
    description: "Bytes of one whole answer",
    schema: () => integerText(16 * 1024, 10 * MEBIBYTE),
    default: 2 * MEBIBYTE,
    effect: "now",
  },
  redact: {
    group: "safety",
    env: "SAFETY_REDACT",
    description:
      "Secrets replaced in answers: what is one by its name or form, `all` values of environments and build arguments as well, or none, on stdio only",
    schema: () => choiceText(["standard", "all", "off"]),
    default: "standard",
    effect: "now",
  },
  defaultToolTimeout: {
    group: "safety",
    env: "SAFETY_DEFAULT_TOOL_TIMEOUT",
    description: "Seconds a call may take where its tool or its arguments do not say otherwise",
    schema: () => integerText(1, 3600),
    default: 30, // as in mcp-docker 1.2
    effect: "now",
  },
  allowedTools: {
    group: "safety",
    env: "SAFETY_ALLOWED_TOOLS",
    description: "The only tools to offer; all when not set, none when set but empty",
    schema: () => listText(),
    default: undefined,
    example: "docker_list_containers,docker_container_logs",
    emptyIsValue: true,
    effect: "now",
  },
  deniedTools: {
    group: "safety",
    env: "SAFETY_DENIED_TOOLS",
    description: "Tools not to offer; goes before SAFETY_ALLOWED_TOOLS",
    schema: () => listText(),
    default: [],
    example: "docker_exec_command",
    effect: "now",
  },
} as const satisfies Record<string, Setting>;
