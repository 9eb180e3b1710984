import {
  areFingerprints,
  isDescribingField,
  isDescription,
  isHarmless,
  isPlain,
  isVersion,
  looksRandom,
  namesAnother,
  standsIn,
} from "./redact_descriptions.ts";

export { looksRandom } from "./redact_descriptions.ts";

/** What a key's words say about its value: how sure a reader can be that it is a secret. */
export type SecretKind =
  /** Passwords and Authorization headers: secret even in the middle of a sentence. */
  | "password"
  /** Tokens, keys and the like. */
  | "credential"
  /** Cookies, sessions, salts: names that also occur in ordinary words about logging in. */
  | "context"
  /** Some key: a secret only where its value looks like one. */
  | "key";

/** The only part of a key that is read: longer ones are no names, and reading all of them costs time. */
const MAXIMUM_KEY_LENGTH = 128;

/** Cheap test that a text may hold a word of the patterns below; not by "path", which is in every log. */
export const SECRET_HINT =
  /pass|pswd|pw|secret|token|key|cred|auth|bearer|jwt|cookie|sess|salt|signature|dsn|conn|hook|psk|seed|pat(?!h(?![a-z]))|kennwort|contrasen|senha/i;

// Each word may have another one glued in front (PGPASSWORD, authtoken), save where English has such words.
const PASSWORD_WORDS = String
  .raw`[a-z]*(?:pass_?words?|passwort|passwd|passphrases?|pass_phrases?|passcodes?|pswd|pwd|mot_?de_?passe|kennwort|contrasen[ay]a?|senha)|[a-z]*pw|[a-z]*(?<!by|com|over|under|tres|sur|im)pass|authorization`;
const KEY_OWNERS = [
  "access account admin aes api app application auth bot cert certificate cipher client consumer cookie crypto data",
  "database db deploy encrypt encryption gpg hmac host jwk jwt licen[cs]e master pgp pre_?shared private recovery root rsa",
  "secret server service session shared shared_access sign signature signing ssh ssl storage subscription tls unseal vault",
  "wireguard write",
].join(" ").replaceAll(" ", "|");
const CREDENTIAL_WORDS = String
  .raw`[a-z]*secrets?|[a-z]*token|[a-z]*credentials?|creds?|[a-z]*jwt|bearer|[a-z]*webhooks?|[a-z]*dsn|conn(?:ection)?_?str(?:ing)?s?|psk|(?:[a-z]*otp|wallet|recovery)_?seeds?|seed_?phrases?|shared_?access_?signature|(?:[a-z]*_)?(?:${KEY_OWNERS})_?keys?`;
const CONTEXT_WORDS = String
  .raw`[a-z]*auths?|[a-z]*cookies?|sessions?|[a-z]*sess(?:ion)?_?id|salts?|signatures?|[a-z]*tokens|pat`;

const KINDS: readonly (readonly [SecretKind, RegExp])[] = [
  ["password", wordPattern(PASSWORD_WORDS)],
  ["credential", wordPattern(CREDENTIAL_WORDS)],
  ["context", wordPattern(CONTEXT_WORDS)],
  [
    "key",
    /_[a-z]+_(?<!_(?:cache|foreign|group|hash|idempotency|index|object|partition|primary|range|routing|sandbox|sort)_)keys?_$/,
  ],
];
/** Last words of what happened to a secret, in the names of errors. */
const HAPPENED = /_(?:errors?|exception|expired|failed|failure|warning)_$/;
/** Last words of keys that hold a path. */
const NAMES_A_PATH =
  /_(?:file|files|path|paths|dir|directory|sock|socket|store|keystore|location)_$/;
const STORE = /_(?:store|keystore|location)_$/;
const PATH = /^(?:file:\/\/)?(?:~?\/|\.{1,2}[\\/]|[A-Za-z]:[\\/])[^\s"']*$/;
/** A path that no base64 text looks like, for keys that may hold either. */
const CERTAIN_PATH =
  /^(?:~|\.{1,2})\/\S*$|^\/(?:app|certs?|code|data|etc|home|mnt|opt|root|run|secrets|srv|tmp|usr|var|workdir|workspaces?)(?:\/\S*)?$|^[^\s=]*\.(?:pem|key|crt|cer|p12|pfx|jks|txt|json)$/;

/** Words that make a key of passwords a switch, of which `1` says nothing; a lone `pass` is a result or a round. */
const SWITCH =
  /_(?:allow|ask|authorization|change|check|disable|empty|enable|expired?|force|generate|has|is|need|no|random|required?|reset|save|show|skip|use|with|without)_|^_pass_$|_(?:no|ask|use)pass/;
const FINGERPRINTS = /_(?:gpg|pgp)_?keys?(?:_ids?)?_$/;
const NUMBER = /^\d{1,10}(?:\.\d{1,6})?[a-z]{0,2}$/i;
/** What a log says about a session, a signature or a login. */
const STATE =
  /^(?:active|bad|closed|ended|expired|failed|good|inactive|(?:in)?valid|missing|ok|open|opened|started|unknown|verified)$/i;
/** Where a value goes on in the next line. */
const CONTINUATION = /\\\n[ \t]*/g;
/** Letters that only look like those of the patterns; no text without them is read again. */
const BEYOND_LATIN = /[\u0100-\uffff]/;

function wordPattern(words: string): RegExp {
  return new RegExp(`_(?:${words})(?=_)`);
}

/** Whether any value under a field's key can be a secret; `isSecretKey()` then says whether this one is. */
export function mayBeSecret(key: string): boolean {
  const known = fieldsRead.get(key);
  if (known !== undefined) return known;
  const may = hasHint(key) && readKey(key).kind !== undefined;
  if (fieldsRead.size >= MAXIMUM_KEYS_KEPT) fieldsRead.clear();
  if (key.length <= MAXIMUM_KEY_LENGTH) fieldsRead.set(key, may);
  return may;
}

/** What a key's words say about its value, or `undefined` where they say nothing. */
export function secretKind(key: string): SecretKind | undefined {
  return SECRET_HINT.test(key) ? readKey(key).kind : undefined;
}

/**
 * Whether what stands under a key is a secret. Words count, not letters: `DB_PASSWORD`, `dbPassword` and `PGPASSWORD` do,
 * `MONKEY`, `KEYBOARD_LAYOUT`, `AUTHOR` and `PUBLIC_KEY` do not.
 *
 * @param value Spares values that only describe a secret (`TOKEN_TTL=60`, `PASSWORD_FILE=/run/secrets/x`, `AUTH=true`).
 */
export function isSecretKey(key: string, value?: string): boolean {
  if (!hasHint(key)) return false;
  const { kind, name } = readKey(key);
  if (kind === undefined || value === undefined) return kind !== undefined && kind !== "key";
  const text = value.replaceAll(CONTINUATION, "").trim();
  if (kind === "key") return looksRandom(text) && !CERTAIN_PATH.test(text);
  if (isHarmless(text)) {
    return /^[01]$/.test(text) && findKind(lastWordOf(name)) === "password" && !SWITCH.test(name);
  }
  if (standsIn(text) || isVersion(text, kind === "password")) return false;
  return !isSpared({ kind, name }, key, text);
}

/** Whether a field of an object that stands under a secret key is secret; some of them describe it. */
export function isSecretWithin(key: string, value: string): boolean {
  return !isDescribingField(readKey(key).name, value.trim()) && isSecretKey("secret", value);
}

/** What a key's last words say against its value being a secret. */
function isSpared(words: KeyWords, key: string, text: string): boolean {
  const { name } = words;
  if (name === "_pwd_" || name === "_oldpwd_") {
    return PATH.test(text) && (key === key.toUpperCase() || CERTAIN_PATH.test(text));
  }
  if (name === "_pass_" && /^\d{1,3}(?:[ ,;]{1,2}\w+=\d+)*$/.test(text)) return true; // of a test's counts
  if (FINGERPRINTS.test(name) && areFingerprints(text)) return true;
  if (NAMES_A_PATH.test(name)) {
    // "ACCESS_KEY_FILE=access_key" names a file beside others.
    if (PATH.test(text) || name.includes(`_${text.toLowerCase()}_`)) return true;
    if (!STORE.test(name)) return false;
  }
  if (/_keys?_$/.test(name) && CERTAIN_PATH.test(text)) return true;
  if (/_tokens_$/.test(name)) return NUMBER.test(text);
  return namesAnother(name, text) || describes(key, words, text);
}

interface KeyWords {
  readonly kind: SecretKind | undefined;
  /** The key's words in lower case between underscores. */
  readonly name: string;
}

/** Logs and lists repeat few keys very often. */
const MAXIMUM_KEYS_KEPT = 1000;
const keysRead = new Map<string, KeyWords>();
const fieldsRead = new Map<string, boolean>();

function hasHint(key: string): boolean {
  return SECRET_HINT.test(key) ||
    (BEYOND_LATIN.test(key) && SECRET_HINT.test(key.normalize("NFKC")));
}

function readKey(key: string): KeyWords {
  const known = keysRead.get(key);
  if (known !== undefined) return known;
  const part = key.slice(-MAXIMUM_KEY_LENGTH).normalize("NFKC");
  const split = part
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  // Once split where its case changes and once not, for "PaSsWoRd".
  const [name, unsplit] = [wordsOf(split), wordsOf(part)];
  const kind = HAPPENED.test(name) ? undefined : findKind(name) ?? findKind(unsplit);
  const words = { kind, name };
  if (keysRead.size >= MAXIMUM_KEYS_KEPT) keysRead.clear();
  if (key.length <= MAXIMUM_KEY_LENGTH) keysRead.set(key, words);
  return words;
}

function wordsOf(key: string): string {
  return `_${key.toLowerCase()}_`.replace(/[^a-z]+/g, "_").replace(/public_?key/g, "public");
}

function lastWordOf(name: string): string {
  return name.slice(name.lastIndexOf("_", name.length - 2));
}

function findKind(name: string): SecretKind | undefined {
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0];
}

function describes(key: string, { kind, name }: KeyWords, value: string): boolean {
  if (NUMBER.test(value) && findKind(lastWordOf(name)) === undefined && !/_keys?_$/.test(name)) {
    return true;
  }
  if (isDescription(name)) return isPlain(value);
  if (kind === "context" && STATE.test(value)) return true;
  // In a dotted label, "auth" or "session" may be the name of a router: only what looks secret is one.
  const lastPart = key.slice(key.lastIndexOf(".") + 1);
  return kind === "context" && secretKind(lastPart) === undefined &&
    !looksRandom(value) && !value.includes(":");
}
