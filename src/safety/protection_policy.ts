import { fullImageReference, parseImageReference } from "../docker/reference.ts";
import type { Protection, Subject } from "../tools/protection.ts";
import { findOwnContainer, type OwnContainer } from "./own_container.ts";

/** What protects objects. */
export interface ProtectionOptions {
  /** Names, ids of at least 12 digits, and `label=key` or `label=key=value`. */
  readonly entries: readonly string[];
  /** `HOSTNAME` of the environment. */
  readonly hostname?: string | undefined;
  /** Looks for the container that this program runs in; asked once, when it is first needed. */
  readonly findOwn?: (hostname: string | undefined) => OwnContainer | undefined;
}

const ID = /^(?:sha256:)?[0-9a-f]{12,64}$/;
const LABEL = /^label=([^=]+)(?:=(.*))?$/s;
const OWN = "this server itself runs in it";

/** The protection of what the operator names, and of the container that this program runs in. */
export function protectionOf(
  { entries, hostname, findOwn = findOwnContainer }: ProtectionOptions,
): Protection {
  let own: { readonly container: OwnContainer | undefined } | undefined;
  const ownContainer = (): OwnContainer | undefined =>
    (own ??= { container: findOwn(hostname) }).container;
  return {
    covers: (kind) => entries.length > 0 || kind === "container" && ownContainer() !== undefined,
    reason(subject) {
      if (subject.kind === "container" && isOwn(subject, ownContainer())) return OWN;
      const entry = entries.find((entry) => isNamedBy(entry, subject));
      return entry === undefined ? undefined : `SAFETY_PROTECTED names it (${entry})`;
    },
  };
}

/** Whether a text can stand in the list: a short number of digits could mean too much. */
export function isProtectionEntry(text: string): boolean {
  return LABEL.test(text) || /^[A-Za-z0-9][\w./:@-]*$/.test(text);
}

function isOwn({ id, hostname }: Subject, own: OwnContainer | undefined): boolean {
  if (own === undefined) return false;
  if (own.id !== undefined) return own.id === id;
  if (own.hostname === undefined) return false;
  return hostname === own.hostname || /^[0-9a-f]{12}$/.test(own.hostname) &&
      id.startsWith(own.hostname);
}

function isNamedBy(entry: string, { kind, id, names, labels }: Subject): boolean {
  const [, key, value] = LABEL.exec(entry) ?? [];
  if (key !== undefined) {
    return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);
  }
  if (entry === id || names.includes(entry)) return true;
  if (ID.test(entry) && withoutAlgorithm(id).startsWith(withoutAlgorithm(entry))) return true;
  return kind === "image" && names.some((name) => namesImage(entry, name));
}

/** `redis` protects every tag of the repository, `redis:7` one. */
function namesImage(entry: string, name: string): boolean {
  const [wanted, found] = [full(entry), full(name)];
  if (wanted === undefined || found === undefined) return false;
  const { tag, digest } = parseImageReference(entry) ?? {};
  if (tag !== undefined || digest !== undefined) return wanted === found;
  return repository(wanted) === repository(found);
}

function full(reference: string): string | undefined {
  return fullImageReference(reference);
}

function repository(reference: string): string {
  return reference.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}

function withoutAlgorithm(id: string): string {
  return id.replace(/^sha256:/, "");
}
