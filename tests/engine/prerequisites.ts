import { exists } from "./machine.ts";
import { notify } from "./output.ts";

interface Prerequisite {
  /** Any one of these programs will do. */
  readonly anyOf: readonly string[];
  /** The Debian package to install where there is none. */
  readonly from: string;
}

const PREREQUISITES: readonly Prerequisite[] = [
  { anyOf: ["dockerd"], from: "docker.io" },
  { anyOf: ["containerd"], from: "containerd" },
  { anyOf: ["runc"], from: "runc" },
  { anyOf: ["docker-proxy"], from: "docker.io" },
  { anyOf: ["tini", "docker-init"], from: "tini" },
  { anyOf: ["iptables"], from: "iptables" },
  { anyOf: ["busybox"], from: "busybox-static" },
  { anyOf: ["docker-registry"], from: "docker-registry" },
  { anyOf: ["openssl"], from: "openssl" },
  { anyOf: ["unshare"], from: "util-linux" },
  { anyOf: ["setpriv"], from: "util-linux" },
  { anyOf: ["setsid"], from: "util-linux" },
];

const WHAT_TO_DO = "start a Docker Engine and name it in DOCKER_HOST (unix://<socket>)";

/** Keeps an installation from starting services, and takes itself away also when it is interrupted. */
const INSTALL = `set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' >$policy
  chmod 755 $policy
fi
apt-get install -y --no-install-recommends "$@" >&2`;

/** Why no private Engine can be started here, and what to do instead; undefined when one can be. */
export async function missingPrerequisites(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return `${WHAT_TO_DO}; a private one needs Linux`;
  if (Deno.uid() !== 0) return `${WHAT_TO_DO}; a private one needs root`;
  const missing = (await missingPrograms()).map(({ anyOf }) => anyOf.join(" or "));
  return missing.length === 0
    ? undefined
    : `${WHAT_TO_DO}; a private one needs ${missing.join(", ")}`;
}

/**
 * Installs what a private Engine needs where that may be done: on the Debian family, as root. Returns why
 * there can be no private Engine nevertheless, or undefined.
 */
export async function installPrerequisites(): Promise<string | undefined> {
  if (Deno.build.os === "linux" && Deno.uid() === 0 && await findProgram(["apt-get"])) {
    const packages = [...new Set((await missingPrograms()).map(({ from }) => from))];
    if (packages.length > 0) await install(packages);
  }
  return await missingPrerequisites();
}

/** The name of the program that is PID 1 of an Engine and reaps the orphans of its containers. */
export async function initProgram(): Promise<string> {
  return await findProgram(["tini", "docker-init"]) ?? "tini";
}

async function install(packages: readonly string[]): Promise<void> {
  notify(`Installing ${packages.join(", ")} (apt-get) ...`);
  const command = ["sh", "-c", INSTALL, "install", ...packages];
  if (await apt(command)) return;
  // A fresh machine has no package lists, and old lists name versions that are gone.
  await apt(["apt-get", "update"]);
  await apt(command);
}

async function missingPrograms(): Promise<Prerequisite[]> {
  const missing: Prerequisite[] = [];
  for (const prerequisite of PREREQUISITES) {
    if (await findProgram(prerequisite.anyOf) === undefined) missing.push(prerequisite);
  }
  return missing;
}

/** The first of the programs that is on the PATH. */
async function findProgram(names: readonly string[]): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const name of names) {
    for (const folder of folders) {
      if (await exists(`${folder}/${name}`)) return name;
    }
  }
  return undefined;
}

/** Runs one apt command, what it says on stderr; whether it succeeded. */
async function apt([program = "", ...args]: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(program, {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).output();
  return success;
}
