import type { Setting } from "./setting.ts";
import { listText, pathListText } from "./value.ts";

/** The prompts of mcp-docker 1.0.4. */
export const PROMPT_NAMES = [
  ...["troubleshoot_container", "optimize_container", "generate_compose", "debug_networking"],
  "security_audit",
] as const;
/** The resources of mcp-docker 1.0.4. */
export const RESOURCE_NAMES = ["container_logs", "container_stats"] as const;

/** Which paths, registries and objects may be reached, and which prompts and resources are offered. */
export const objectSettings = {
  volumeMountAllowlist: {
    group: "safety",
    env: "SAFETY_VOLUME_MOUNT_ALLOWLIST",
    description:
      "Folders of the Engine's host that containers may be given read-only, with all that is below them; never a home directory itself, the system's folders or sockets",
    schema: () => pathListText(),
    default: [],
    example: "~/projects,/srv/shop",
    path: true,
    effect: "now",
  },
  volumeMountRwAllowlist: {
    group: "safety",
    env: "SAFETY_VOLUME_MOUNT_RW_ALLOWLIST",
    description:
      "Folders of the Engine's host that containers may also write to; list the very folders that are to be mounted, because a container can put links to elsewhere below what it writes to, and the Engine follows them where it restarts another by itself",
    schema: () => pathListText(),
    default: [],
    example: "~/projects/shop/data",
    path: true,
    effect: "now",
  },
  allowedRegistries: {
    group: "safety",
    env: "SAFETY_ALLOWED_REGISTRIES",
    description:
      "The only registries that images may be pulled from, `docker.io` for Docker Hub and `*.` for all below a domain; all when not set, none when set but empty",
    schema: () => listText(),
    default: undefined,
    example: "docker.io,ghcr.io,*.example.com,localhost:5000",
    emptyIsValue: true,
    effect: "now",
  },
  allowedPushRegistries: {
    group: "safety",
    env: "SAFETY_ALLOWED_PUSH_REGISTRIES",
    description:
      "The only registries that images may be pushed to; those of SAFETY_ALLOWED_REGISTRIES when not set or empty",
    schema: () => listText(),
    default: [],
    example: "registry.example.com",
    effect: "now",
  },
  protected: {
    group: "safety",
    env: "SAFETY_PROTECTED",
    description:
      "Containers that may not be stopped, restarted, disconnected, entered or removed, images, networks and volumes that may not be removed, nor these volumes be mounted writable in new containers: names, ids of 12 digits or more, `label=key` or `label=key=value`",
    schema: () => listText(),
    default: [],
    example: "traefik,shop_data,label=com.example.keep",
    effect: "now",
  },
  allowedPrompts: {
    group: "safety",
    env: "SAFETY_ALLOWED_PROMPTS",
    description: "The only prompts to offer; all when not set, none when set but empty",
    schema: () => listText(),
    default: undefined,
    example: "troubleshoot_container",
    emptyIsValue: true,
    effect: "now",
  },
  allowedResources: {
    group: "safety",
    env: "SAFETY_ALLOWED_RESOURCES",
    description:
      "The only resources to offer; all when not set, none when set but empty; one whose tool is denied or not allowed is not offered",
    schema: () => listText(),
    default: undefined,
    example: "container_stats",
    emptyIsValue: true,
    effect: "now",
  },
} as const satisfies Record<string, Setting>;
