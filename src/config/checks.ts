import { nearest } from "../tools/nearest.ts";
import { fileTrouble, type Mistake, quoted } from "./mistake.ts";
import type { Config, SettingName } from "./settings.ts";
import type { RawValue } from "./sources.ts";

type Given = ReadonlyMap<SettingName, RawValue>;

/** A tool that no version has, in a list: a misspelt denial would leave the tool open. */
export function checkToolNames(
  { allowedTools = [], deniedTools }: Config,
  given: Given,
  toolNames: ReadonlySet<string>,
): Mistake[] {
  const lists = [["allowedTools", allowedTools], ["deniedTools", deniedTools]] as const;
  return lists.flatMap(([setting, names]) =>
    names.filter((name) => !toolNames.has(name)).map((name): Mistake => {
      const close = nearest(name, toolNames);
      const hint = close === undefined ? "" : `; did you mean ${close}?`;
      const line = `${given.get(setting)?.origin}: ${quoted(name)} is not a tool${hint}`;
      return { code: "unknown_name", line };
    })
  );
}

/** The files that the Engine's TLS settings name must be there. */
export async function checkFiles(
  config: Config,
  given: Given,
  stat: (path: string) => Promise<{ readonly isFile: boolean }>,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const name of ["dockerTlsCaCert", "dockerTlsClientCert", "dockerTlsClientKey"] as const) {
    const path = config[name];
    if (path === undefined) continue;
    const trouble = await stat(path).then(
      ({ isFile }) => isFile ? undefined : `${quoted(path)} is not a file`,
      (error: unknown) => fileTrouble(path, error),
    );
    if (trouble === undefined) continue;
    mistakes.push({ code: "bad_file", line: `${given.get(name)?.origin}: ${trouble}` });
  }
  return mistakes;
}

/** What settings say together: contradictions are mistakes, doubtful choices are warnings. */
export function checkTogether(
  config: Config,
  given: Given,
): { mistakes: readonly Mistake[]; warnings: readonly string[] } {
  return {
    mistakes: [
      ...clientCertificate(given),
      ...openSecrets(config, given),
      ...homelessAudit(config, given),
    ],
    warnings: [
      ...tlsWarnings(config, given),
      ...plainTcp(config, given),
      ...auditWarnings(config, given),
      ...safetyWarnings(config),
    ],
  };
}

function clientCertificate(given: Given): Mistake[] {
  const certificate = given.get("dockerTlsClientCert");
  const key = given.get("dockerTlsClientKey");
  if ((certificate === undefined) === (key === undefined)) return [];
  const line = certificate !== undefined
    ? `${certificate.origin}: is set without DOCKER_TLS_CLIENT_KEY; set both or neither`
    : `${key?.origin}: is set without DOCKER_TLS_CLIENT_CERT; set both or neither`;
  return [{ code: "conflict", line }];
}

/** What the Docker client will read; DOCKER_HOST counts only where DOCKER_BASE_URL is not set. */
function engineAddress({ dockerBaseUrl, dockerHost }: Config): string | undefined {
  return dockerBaseUrl ?? dockerHost;
}

function tlsWarnings(config: Config, given: Given): string[] {
  const verify = given.get("dockerTlsVerify")?.origin ?? "DOCKER_TLS_VERIFY";
  if (config.dockerTlsVerify) {
    if (config.dockerTlsCaCert !== undefined || config.dockerCertPath !== undefined) return [];
    return [
      `${verify} is on without DOCKER_TLS_CA_CERT or DOCKER_CERT_PATH: where docker's configuration ` +
      "directory has no ca.pem, the authorities that this system trusts are used",
    ];
  }
  if (/^https:/i.test(engineAddress(config) ?? "")) return []; // means TLS by itself
  return (["dockerTlsCaCert", "dockerTlsClientCert"] as const).flatMap((name) => {
    const origin = given.get(name)?.origin;
    return origin === undefined ? [] : [`${origin} has no effect: DOCKER_TLS_VERIFY is not on`];
  });
}

function plainTcp(config: Config, given: Given): string[] {
  const address = engineAddress(config);
  if (config.dockerTlsVerify || address === undefined) return [];
  if (/^[a-z]+:\/\//i.test(address) && !/^tcp:/i.test(address)) return [];
  const host = URL.parse(`http://${address.replace(/^tcp:\/\//i, "")}`)?.hostname;
  if (host === undefined) return []; // the Docker client says what is wrong with it
  if (host === "localhost" || host === "[::1]" || host.startsWith("127.")) return [];
  const origin = (given.get("dockerBaseUrl") ?? given.get("dockerHost"))?.origin;
  const risk = "whoever can read or change that traffic controls the Engine's host";
  return [`${origin} reaches ${quoted(host)} without TLS: ${risk}`];
}

function auditWarnings({ auditLogEnabled }: Config, given: Given): string[] {
  if (auditLogEnabled) return [];
  return (["auditLogFile", "auditFailMode"] as const).flatMap((name) => {
    const origin = given.get(name)?.origin;
    return origin === undefined
      ? []
      : [`${origin} has no effect: SECURITY_AUDIT_LOG_ENABLED is off`];
  });
}

/** A `~` that stands for nothing would be a folder of that name in the working directory. */
function homelessAudit({ auditLogFile }: Config, given: Given): Mistake[] {
  if (!auditLogFile?.startsWith("~")) return [];
  const line = `${given.get("auditLogFile")?.origin}: ${quoted(auditLogFile)} ` +
    "begins in a home directory, and HOME is not set; use an absolute path";
  return [{ code: "bad_value", line }];
}

/** Whoever may start the program may read the secrets anyway; clients of the network are others. */
function openSecrets({ redact, transport }: Config, given: Given): Mistake[] {
  if (redact !== "off" || transport === "stdio") return [];
  const line = `${given.get("redact")?.origin}: "off" is for stdio only; use standard or all`;
  return [{ code: "conflict", line }];
}

function safetyWarnings(config: Config): string[] {
  return [...unredacted(config), ...destructive(config)];
}

function unredacted({ redact }: Config): string[] {
  return redact === "off"
    ? ["SAFETY_REDACT is off: the model and its provider see passwords, tokens and keys in answers"]
    : [];
}

function destructive(config: Config): string[] {
  if (!config.allowDestructiveOperations) return [];
  const unasked = config.requireConfirmationForDestructive === false;
  return [
    "SAFETY_ALLOW_DESTRUCTIVE_OPERATIONS is on: tools may delete containers, images, networks and volumes" +
    (unasked ? ", and nobody is asked first" : ""),
  ];
}
