import { mayWrite } from "../telemetry/audit_disk.ts";
import {
  type AuditPlace,
  auditPlace,
  describePlace,
  lockFile,
  placeInForce,
  rotatedFiles,
} from "../telemetry/audit_place.ts";
import type { Machine } from "./machine.ts";
import type { Config } from "./settings.ts";

/** Where this program records calls, as far as its grants decide; `undefined` where it records none. */
export function auditPlaceInForce(config: Config, machine: Machine): AuditPlace | undefined {
  const place = configuredPlace(config, machine);
  return place && placeInForce(place, mayWrite);
}

/** The same as a sentence for people. */
export function describeAudit(config: Config, machine: Machine): string {
  const place = configuredPlace(config, machine);
  return place === undefined
    ? "Calls are not recorded: SECURITY_AUDIT_LOG_ENABLED is off."
    : describePlace(place, mayWrite);
}

/** The files of a log that was chosen; without a grant for the user's directory the audit log goes to stderr. */
export function chosenAuditFiles(config: Config, machine: Machine): readonly string[] {
  const place = configuredPlace(config, machine);
  if (place?.kind !== "file") return [];
  return [place.path, lockFile(place.path), ...rotatedFiles(place.path)];
}

function configuredPlace(config: Config, { env, platform }: Machine): AuditPlace | undefined {
  if (!config.auditLogEnabled) return undefined;
  return auditPlace({ file: config.auditLogFile, env, platform });
}
