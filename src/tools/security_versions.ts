import type { SystemVersion } from "../docker/types.ts";
import { info, unseen, type Verdict, warn } from "./security_check.ts";
import { objectsOf, textOf } from "./security_values.ts";

/** A flaw of one part of the Engine. */
interface Flaw {
  /** As `GET /version` names it. */
  readonly component: "Engine" | "containerd" | "runc";
  /** With the part it is in, where not every Engine uses that. */
  readonly cve: string;
  /** The first good version of each maintained series, oldest first; series older than these stay bad. */
  readonly fixedIn: readonly string[];
}

/** The day up to which the table below was compiled, for the evidence. */
export const FLAWS_KNOWN_ON = "2026-08-31";

/** What lets a container, an image or a caller get at the host, from the advisories of the three projects. */
const FLAWS: readonly Flaw[] = [
  {
    component: "Engine",
    cve: "CVE-2024-41110 (authorization plugins)",
    fixedIn: ["23.0.15", "25.0.6", "26.1.5", "27.1.1"],
  },
  { component: "Engine", cve: "CVE-2026-34040 (authorization plugins)", fixedIn: ["29.3.1"] },
  { component: "Engine", cve: "CVE-2026-41567 (copying into containers)", fixedIn: ["29.5.1"] },
  {
    component: "containerd",
    cve: "CVE-2026-53488 (CRI plugin)",
    fixedIn: ["1.7.33", "2.0.10", "2.1.9", "2.2.5", "2.3.2"],
  },
  { component: "runc", cve: "CVE-2024-21626", fixedIn: ["1.1.12"] },
  { component: "runc", cve: "CVE-2025-31133", fixedIn: ["1.2.8", "1.3.3", "1.4.0-rc.3"] },
];

/** A version's numbers; that of a release candidate, or infinity. */
type Numbers = readonly [major: number, minor: number, patch: number, candidate: number];

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:[-~]?rc\.?(\d+))?/;

/** The CVEs of the table that a version of a component has; undefined for what is no version. */
export function knownFlaws(component: string, version: string): string[] | undefined {
  const numbers = numbersOf(version);
  if (numbers === undefined) return undefined;
  return FLAWS.filter((flaw) => flaw.component === component && !isFixed(numbers, flaw.fixedIn))
    .map(({ cve }) => cve);
}

/** Judges the versions of an Engine and its parts; distributions repair old versions without changing their numbers. */
export function judgeVersions(
  version: SystemVersion | undefined,
): Verdict<"warn" | "info" | "not_checkable"> {
  const parts = objectsOf(version?.Components).map(({ Name, Version }) => ({
    component: textOf(Name),
    version: textOf(Version),
  })).filter(({ component, version }) =>
    FLAWS.some((flaw) => flaw.component === component) && VERSION.test(version)
  );
  if (parts.length === 0) return unseen("The Engine names no versions that are known here");
  const told = parts.map(({ component, version }) => `${component} ${version.slice(0, 40)}`);
  const bad = parts.flatMap(({ component, version }, index) => {
    const flaws = knownFlaws(component, version) ?? [];
    return flaws.length === 0 ? [] : [`${told[index]}: ${flaws.join(", ")}`];
  });
  if (bad.length > 0) return warn(`${bad.join("; ")}; a distribution may have repaired them`);
  return info(`${told.join(", ")}: none of the flaws known on ${FLAWS_KNOWN_ON}`);
}

/** In a series of the list it takes the version of that series, elsewhere one beyond all of them. */
function isFixed(version: Numbers, fixedIn: readonly string[]): boolean {
  const fixes = fixedIn.map(numbersOf).filter((fix) => fix !== undefined);
  const own = fixes.find(([major, minor]) => major === version[0] && minor === version[1]);
  if (own !== undefined) return compare(version, own) >= 0;
  return fixes.every((fix) => compare(version, fix) > 0);
}

function numbersOf(version: string): Numbers | undefined {
  const found = VERSION.exec(version);
  if (found === null) return undefined;
  const [, major, minor, patch, candidate] = found;
  const last = candidate === undefined ? Infinity : Number(candidate);
  return [Number(major), Number(minor), Number(patch), last];
}

function compare(one: Numbers, other: Numbers): number {
  const index = one.findIndex((number, place) => number !== other[place]);
  return index < 0 ? 0 : Math.sign((one[index] ?? 0) - (other[index] ?? 0));
}
