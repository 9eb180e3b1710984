/** Bytes of a repository name, domain included, and of a whole reference. */
const LONGEST_REPOSITORY = 255;
const LONGEST_REFERENCE = 512;

const DOMAIN_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DOMAIN_NAME = new RegExp(`^${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*$`);
const IPV6 = /^\[[a-fA-F0-9:]+\]$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
const IMAGE_ID = /^(?:sha256:[a-f0-9]{64}|[a-f0-9]{6,64})$/;
const LOOKUP_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const CREATE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** Names that Docker keeps for itself. */
const BUILT_IN_NETWORKS = ["bridge", "host", "none", "default", "ingress", "docker_gwbridge"];

/** A reference to an image in its parts, as distribution/reference reads it. */
export interface ImageReference {
  /** The registry, with port; undefined means Docker Hub. */
  readonly domain: string | undefined;
  /** The repository in the registry, e.g. `library/redis`, as it was written: `redis` stays `redis`. */
  readonly path: string;
  /** Undefined where none was given, which Docker reads as `latest` unless there is a digest. */
  readonly tag: string | undefined;
  /** `sha256:…` or `sha512:…`. */
  readonly digest: string | undefined;
}

/**
 * Reads `[domain/]path[:tag][@digest]`.
 *
 * The first component is a domain when it holds a dot or a colon, is `localhost`, or has upper-case
 * letters, and something follows it. A name of 64 hexadecimal digits is refused: Docker takes it for an id.
 *
 * @returns undefined for what is not a reference
 * @see https://github.com/distribution/reference/blob/main/normalize.go
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > LONGEST_REFERENCE || /^[a-f0-9]{64}$/.test(text)) return undefined;
  const [named = "", digest, ...rest] = text.split("@");
  if (rest.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  // A colon behind the last slash starts a tag; before, it belongs to the domain's port.
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const [name, tag] = colon < 0 ? [named] : [named.slice(0, colon), named.slice(colon + 1)];
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  if (name.length > LONGEST_REPOSITORY) return undefined;
  const { domain, path } = splitDomain(name);
  if (domain !== undefined && !isDomain(domain)) return undefined;
  return path.split("/").every((part) => PATH_COMPONENT.test(part))
    ? { domain, path, tag, digest }
    : undefined;
}

/** The reference as text; the opposite of {@linkcode parseImageReference}. */
export function formatImageReference({ domain, path, tag, digest }: ImageReference): string {
  const name = domain === undefined ? path : `${domain}/${path}`;
  return name + (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
}

/** The reference with everything that Docker adds to it: `redis` is `docker.io/library/redis:latest`. */
export function fullImageReference(text: string): string | undefined {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  const { path, tag, digest } = reference;
  const isHub = reference.domain === undefined ||
    /^(?:index\.)?docker\.io$/.test(reference.domain);
  return formatImageReference({
    domain: isHub ? "docker.io" : reference.domain,
    path: isHub && !path.includes("/") ? `library/${path}` : path,
    tag: tag ?? (digest === undefined ? "latest" : undefined),
    digest,
  });
}

/** Whether a text can be the repository of a new name: `[domain/]path` without tag and digest. */
export function isRepository(text: string): boolean {
  const reference = parseImageReference(text);
  return reference !== undefined && reference.tag === undefined && reference.digest === undefined;
}

/** Whether a text can be a tag, without its colon. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether a text can be the tag of an image. */
export function isImageTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether a text can name an existing image: a reference, a full id, or 6 to 64 digits of one. */
export function isImageLookup(text: string): boolean {
  return IMAGE_ID.test(text) || parseImageReference(text) !== undefined;
}

/** Whether a text can be the name or id of an existing container, without a leading slash. */
export function isContainerLookup(text: string): boolean {
  return text.length <= 255 && LOOKUP_NAME.test(text);
}

/**
 * Whether a text can name a new container: 2 to 128 characters, and nothing that looks like an id, because
 * Docker finds a name before an id and such a name would hide another container.
 */
export function isContainerName(text: string): boolean {
  return text.length <= 128 && CREATE_NAME.test(text) &&
    !/^(?:[0-9a-f]{12}|[0-9a-f]{64})$/.test(text);
}

/** Whether a text can be the name or id of an existing network. */
export function isNetworkLookup(text: string): boolean {
  return text.length <= 128 && LOOKUP_NAME.test(text);
}

/** Whether a text can name a new network; Docker's own names cannot. */
export function isNetworkName(text: string): boolean {
  return isNetworkLookup(text) && !BUILT_IN_NETWORKS.includes(text);
}

/** Whether a text can name a volume: 2 to 128 characters. */
export function isVolumeName(text: string): boolean {
  return text.length <= 128 && CREATE_NAME.test(text);
}

function splitDomain(name: string): { domain: string | undefined; path: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  return isHost
    ? { domain: first, path: name.slice(slash + 1) }
    : { domain: undefined, path: name };
}

function isDomain(domain: string): boolean {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(domain) ?? [];
  if (port !== undefined && (port.startsWith("0") || Number(port) > 65_535)) return false;
  return DOMAIN_NAME.test(host) || IPV6.test(host);
}
