import { parseImageReference } from "../docker/reference.ts";
import { registryHost } from "../docker/registry_host.ts";
import { RefusedError } from "./refused.ts";
import { type Check, fail, info, pass, unseen, warn } from "./security_check.ts";
import type { ImageFacts } from "./security_subjects.ts";
import { fieldsOf, shortList, textOf, textsOf } from "./security_values.ts";

const INSIDE = "It takes a look inside the image";
const REBUILD = "and rebuild the image";
/** Days after which an image is called old; the benchmark gives no number, patch cycles are a month to a quarter. */
const OLD = 90;
const DAY = 86_400_000;
/** Characters that are read of one step or variable, and how many of these: more is nothing that people write, and takes time. */
const LONGEST_TEXT = 2048;
const MOST_STEPS = 100;
const MOST_VARIABLES = 300;
const NO_HISTORY = "The image's history could not be read";
/** Of the classic builder, with `#(nop)` before what is not run. */
const SHELL = /^(?:RUN )?(?:\|\d+ .*? )?\/bin\/sh -c (?:#\(nop\)\s+)?/;
const PACKAGE_MANAGER = /\b(?:apt-get|apt|apk|dnf|microdnf|yum|zypper)\b/;
const UPDATE = /\s(?:update|upgrade|refresh|makecache)\b/;
const INSTALL = /\s(?:add|in|install|upgrade|dist-upgrade)\b/;

/** Section 4 of the benchmark, but for 4.1, which is about containers. */
export const IMAGE_CHECKS: readonly Check<ImageFacts>[] = [
  {
    id: "4.2",
    title: "Ensure that containers use only trusted base images",
    level: 1,
    severity: "medium",
    concern: "integrity",
    remedy:
      "Use images of registries you trust; SAFETY_ALLOWED_REGISTRIES holds this server to them",
    sees: "part",
    run: judgeOrigin,
  },
  {
    id: "4.3",
    title: "Ensure that unnecessary packages are not installed in the container",
    level: 1,
    severity: "low",
    concern: "configuration",
    remedy: `Start from a minimal base image ${REBUILD}`,
    sees: "nothing",
    evidence: INSIDE,
  },
  {
    id: "4.4",
    title: "Ensure images are scanned and rebuilt to include security patches",
    level: 1,
    severity: "medium",
    concern: "patching",
    remedy: "Rebuild or pull the image, scan it, and create its containers anew",
    sees: "part",
    run({ details: { Created }, now }) {
      const created = Date.parse(textOf(Created));
      // Reproducible builds write the beginning of Unix time.
      if (!(created > DAY)) return info("Its time of build is not told");
      const days = Math.floor((now - created) / DAY);
      return days > OLD
        ? warn(`Built more than ${OLD} days ago: ${days}`)
        : info(`Built ${Math.max(0, days)} days ago; scans are not told`);
    },
  },
  {
    id: "4.5",
    title: "Ensure Content trust for Docker is Enabled",
    level: 2,
    severity: "medium",
    concern: "integrity",
    remedy: "Set DOCKER_CONTENT_TRUST=1 where the docker command is used",
    sees: "nothing",
    evidence: "A setting of each client",
  },
  {
    id: "4.6",
    title: "Ensure that HEALTHCHECK instructions have been added to container images",
    level: 1,
    severity: "low",
    concern: "availability",
    remedy: `Add a HEALTHCHECK to the Dockerfile ${REBUILD}`,
    sees: "all",
    run({ details: { Config } }) {
      const [kind] = textsOf(fieldsOf(fieldsOf(Config).Healthcheck).Test);
      return kind === undefined || kind === "NONE"
        ? fail("Config.Healthcheck is not set")
        : pass("Config.Healthcheck is set");
    },
  },
  {
    id: "4.7",
    title: "Ensure update instructions are not used alone in the Dockerfile",
    level: 1,
    severity: "low",
    concern: "patching",
    remedy: `Update and install in one RUN, with versions pinned, ${REBUILD}`,
    sees: "part",
    run({ history }) {
      if (history === undefined) return unseen(NO_HISTORY);
      const steps = stepsOf({ history });
      const alone = steps.filter(({ text }) => manages(text, UPDATE) && !manages(text, INSTALL));
      return alone.length > 0
        ? warn(`An update without an install in ${stepNames(alone)}`)
        : info(`No lone update in the ${steps.length} steps told`);
    },
  },
  {
    id: "4.8",
    title: "Ensure setuid and setgid permissions are removed",
    level: 2,
    severity: "medium",
    concern: "privilege",
    remedy: `Remove them with \`chmod a-s\` in the Dockerfile ${REBUILD}`,
    sees: "nothing",
    evidence: INSIDE,
  },
  {
    id: "4.9",
    title: "Ensure that COPY is used instead of ADD in Dockerfiles",
    level: 1,
    severity: "low",
    concern: "integrity",
    remedy: `Use COPY, and fetch remote files in a RUN that verifies them, ${REBUILD}`,
    sees: "part",
    run({ history }) {
      if (history === undefined) return unseen(NO_HISTORY);
      const steps = stepsOf({ history });
      // The first step of nearly every base image adds its files, and nobody can change that.
      const adds = steps.filter(({ number, text }) => number > 1 && /^ADD\s/i.test(text));
      return adds.length > 0
        ? warn(`ADD in ${stepNames(adds)}`)
        : info(`No ADD in the ${steps.length} steps told`);
    },
  },
  {
    id: "4.10",
    title: "Ensure secrets are not stored in Dockerfiles",
    level: 1,
    severity: "high",
    concern: "secrets",
    remedy:
      `Take the secrets out, e.g. into build secrets, ${REBUILD}; change those that were in it`,
    sees: "part",
    run(image) {
      const names = secretVariables(image.details.Config, image.rules.holdsSecret);
      const steps = stepsOf(image).filter(({ whole }) => image.rules.holdsSecret(whole));
      const found = [
        ...(names.length > 0 ? [`Config.Env: ${shortList(names)}`] : []),
        ...(steps.length > 0 ? [`history: ${stepNames(steps)}`] : []),
      ];
      if (found.length > 0) return fail(found.join("; "));
      return info("None is seen in Config.Env and the history; the files are not looked into");
    },
  },
  {
    id: "4.11",
    title: "Ensure only verified packages are installed",
    level: 1,
    severity: "medium",
    concern: "integrity",
    remedy: `Install from signed sources only ${REBUILD}`,
    sees: "nothing",
    evidence: INSIDE,
  },
  {
    id: "4.12",
    title: "Ensure all signed artifacts are validated",
    level: 1,
    severity: "low",
    concern: "integrity",
    remedy: "Verify the image's signature, e.g. with cosign, before it is used",
    sees: "part",
    run: ({ details }) =>
      textsOf(details.RepoDigests).length > 0
        ? info("It has a digest of its registry; whether anyone verified a signature is not told")
        : info("It has no digest of a registry: it was built or loaded here"),
  },
];

/** Whether a package manager of a step is given such a command. */
function manages(step: string, command: RegExp): boolean {
  return step.split(/[&|;]/).some((part) => {
    const start = part.search(PACKAGE_MANAGER);
    return start >= 0 && command.test(part.slice(start));
  });
}

/** The names of variables that hold secrets in a configuration's `Env`. */
export function secretVariables(
  config: unknown,
  holdsSecret: (text: string) => boolean,
): string[] {
  return textsOf(fieldsOf(config).Env).slice(0, MOST_VARIABLES)
    .filter((entry) => holdsSecret(entry.slice(0, LONGEST_TEXT)))
    // What stands without a name is the secret itself.
    .map((entry) => /^[^=]+(?==)/.exec(entry)?.[0] ?? "one without a name");
}

function judgeOrigin({ details, registries }: ImageFacts): ReturnType<typeof info | typeof warn> {
  const references = [...textsOf(details.RepoDigests), ...textsOf(details.RepoTags)];
  const images = references.map(parseImageReference).filter((image) => image !== undefined);
  if (textsOf(details.RepoDigests).length === 0) {
    return info("It was built or loaded here; what it builds on is not told");
  }
  const hosts = shortList(images.map(({ domain }) => registryHost(domain)));
  if (registries?.restrictsPulls !== true) {
    return info(`From ${hosts}; no list of trusted registries`);
  }
  const refused = images.some((image) => {
    try {
      registries.judge(image, "pull");
      return false;
    } catch (error) {
      if (error instanceof RefusedError) return true;
      throw error;
    }
  });
  return refused ? warn(`From ${hosts}, not allowed`) : info(`From ${hosts}, allowed`);
}

interface Step {
  /** From 1, the first step of the build. */
  readonly number: number;
  readonly whole: string;
  /** The same without the shell around it. */
  readonly text: string;
}

/** The newest steps of an image, the last one first. */
function stepsOf({ history = [] }: Pick<ImageFacts, "history">): Step[] {
  return history.slice(0, MOST_STEPS).map(({ CreatedBy }, index) => {
    const whole = textOf(CreatedBy).slice(0, LONGEST_TEXT);
    return { number: history.length - index, whole, text: whole.replace(SHELL, "") };
  });
}

/** Their texts may hold secrets, so only their places are told. */
function stepNames(steps: readonly Step[]): string {
  const numbers = steps.map(({ number }) => String(number)).reverse();
  return `step ${shortList(numbers)} of its history`;
}
