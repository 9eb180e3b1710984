import { isSecretKey, secretKind } from "./redact_keys.ts";
import { redactShapes } from "./redact_shapes.ts";

const MARKER = "[redacted:field]";
/** Fields whose values name things: the words of an image reference such as `auth:1.2` are no keys. */
const NAMING_FIELD =
  /^(?:digest|id|I[dD]|image|layer|name|parent|sha256)s?$|(?:_digest|_id|_image|Digest|(?<=[a-z])I[dD]|Image|Layer|Name|Parent|RepoTag)s?$/;
/** The grammars of ids, digests and image references together. */
const REFERENCE = /^\/?\w[\w.\-/:+]*(?:@[\w+.-]{1,32}:[0-9a-f]{32,128})?$/;
const LABELLED = /^([\w.-]{1,128}):([^]+)$/;
/** Naming fields that hold images, which the Engine takes only where they are references. */
const IMAGE_FIELD = /(?:image|layer|digest|parent|RepoTag)s?$/i;
/** What images under a secret's word are tagged with. */
const TAG =
  /^(?:alpha|alpine|beta|canary|dev|develop|edge|latest|lts|main|master|next|nightly|prod|production|rc|release|stable|staging|test|v?\d+(?:\.\d+)*(?:[-.][\w.-]+)?|[0-9a-f]{7,64})$/;

/** Redacts what names something under its usual key, where words are no keys; `undefined` where it is no name. */
export function redactName(value: string, key: string): string | undefined {
  if (!NAMING_FIELD.test(key) || !REFERENCE.test(value) || value.includes("://")) return undefined;
  return IMAGE_FIELD.test(key) ? redactShapes(value) : redactLabelled(value);
}

/** A name such as `password:x` is none; `token:1.2` is an image. */
function redactLabelled(value: string): string {
  const [, label = "", rest = ""] = LABELLED.exec(value) ?? [];
  const kind = secretKind(label);
  const isLabel = kind === "password" || (kind === "credential" && !TAG.test(rest));
  return isLabel && isSecretKey(label, rest) ? `${label}:${MARKER}` : redactShapes(value);
}
