import type { Family } from "./attack_case.ts";
import { audits } from "./families/audits.ts";
import { builds } from "./families/builds.ts";
import { commands } from "./families/commands.ts";
import { escapes } from "./families/escapes.ts";
import { filters } from "./families/filters.ts";
import { identifiers } from "./families/identifiers.ts";
import { images } from "./families/images.ts";
import { mounts } from "./families/mounts.ts";
import { networks } from "./families/networks.ts";
import { outputs } from "./families/outputs.ts";
import { policies } from "./families/policies.ts";
import { ports } from "./families/ports.ts";
import { schemas } from "./families/schemas.ts";
import { secrets } from "./families/secrets.ts";
import { volumes } from "./families/volumes.ts";

/** Every family, in the order of the figures. */
export const corpus: readonly Family[] = [
  escapes,
  schemas,
  mounts,
  volumes,
  identifiers,
  images,
  builds,
  commands,
  filters,
  networks,
  ports,
  policies,
  secrets,
  outputs,
  audits,
];
