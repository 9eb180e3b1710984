import { capability } from "../tools/container_grammar.ts";
import type { Setting } from "./setting.ts";
import { booleanText, choiceText, listText, type TextSchema } from "./value.ts";

/** What new containers are given, asked or unasked. */
export const createSettings = {
  createProfile: {
    group: "safety",
    env: "SAFETY_CREATE_PROFILE",
    description:
      "What new containers are given unasked: `compat` adds an owner label only; `hardened` also an init, no way to new privileges, at most 512 processes and no NET_RAW, which some images do not bear",
    schema: () => choiceText(["compat", "hardened"]),
    default: "compat",
    effect: "now",
  },
  defaultCapDrop: {
    group: "safety",
    env: "SAFETY_DEFAULT_CAP_DROP",
    description:
      "Capabilities that every new container loses, `ALL` for all; with SAFETY_CREATE_PROFILE=hardened NET_RAW goes besides",
    schema: () => capabilityListText(),
    default: [],
    example: "NET_RAW,MKNOD",
    effect: "now",
  },
  allowPrivilegedPorts: {
    group: "safety",
    env: "SAFETY_ALLOW_PRIVILEGED_PORTS",
    description: "Let new containers publish ports of the host below 1024, such as 80 and 443",
    schema: () => booleanText(),
    default: false,
    effect: "now",
  },
} as const satisfies Record<string, Setting>;

/** A misspelt capability would be one that containers keep. */
function capabilityListText(): TextSchema<readonly string[]> {
  return listText().refine((names) => names.every((name) => capability(name) !== undefined), {
    error: "has a name that is no capability",
  }).describe("capabilities separated by commas, or a JSON array of them");
}
