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
/** Says where something is, and may well be a secret itself. */
const LOCATOR = /_(?:[a-z]*webhooks?|[a-z]*dsn|conn(?:ection)?_?str(?:ing)?s?)_/;

/** Last words that say the value describes a secret instead of being one. */
const DESCRIBES =
  /_(?:age|alg|algo|algorithm|audience|backend|count|days|disabled|domain|driver|enabled|encryption|endpoint|env|hashers?|expir(?:y|es|ation)|format|header|host|hostname|hours|issuer|length|level|limit|local|max|method|min|minutes|mode|name|names|path|plugin|policy|port|prefix|prompt|provider|realm|required|rounds|samesite|scheme|seconds|size|stdin|timeout|ttl|type|uris?|urls?|version)_$/;
/** Last words of keys that hold a path. */
const NAMES_A_PATH =
  /_(?:file|files|path|paths|dir|directory|sock|socket|store|keystore|location)_$/;
const PATH = /^(?:file:\/\/)?(?:~?\/|\.{1,2}[\\/]|[A-Za-z]:[\\/])[^\s"']*$/;
/** A path that no base64 text looks like, for keys that may hold either. */
const CERTAIN_PATH =
  /^(?:~|\.{1,2})\/\S*$|^\/(?:app|certs?|data|etc|home|mnt|opt|root|run|secrets|srv|tmp|usr|var)\/\S*$|^[^\s=]*\.(?:pem|key|crt|cer|p12|pfx|jks|txt|json)$/;

const HARMLESS =
  /^(?:true|false|yes|no|on|off|0|1|null|none|nil|<nil>|undefined|enabled|disabled|required|optional|[*=]+|\[redacted:[a-z]+\]|[<[(]?(?:filtered|hidden|masked|redacted)[>\])]?|\$\{[A-Za-z_]\w*\}|\$\{\{[\w. ]{1,64}\}\})?$/i;
/** Words that make a key of passwords a switch, of which `1` says nothing; a lone `pass` is a result or a round. */
const SWITCH =
  /_(?:allow|ask|authorization|change|check|disable|empty|enable|expired?|force|generate|has|is|need|no|random|required?|reset|save|show|skip|use|with|without)_|^_pass_$|_(?:no|ask|use)pass/;
const NUMBER = /^\d{1,10}(?:\.\d{1,6})?[a-z]{0,2}$/i;
/** What a log says about a session, a signature or a login. */
const STATE =
  /^(?:active|bad|closed|ended|expired|failed|good|inactive|(?:in)?valid|missing|ok|open|opened|started|unknown|verified)$/i;
/** Where a value is to be put in, in shells and formats. */
const PLACEHOLDER = /^(?:\$[A-Z_][A-Z0-9_]+|%[sdvqx]|%\(\w{1,32}\)s|\{\w{0,32}\})$/;
const OPENPGP_KEY = /^(?:0x)?(?:[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{40})$/i;
const PLAIN = /^[\w.,:/@+ -]{1,256}$/;

function wordPattern(words: string): RegExp {
  return new RegExp(`_(?:${words})(?=_)`);
}

/** Whether any value under a key can be a secret; `isSecretKey()` then says whether this one is. */
export function mayBeSecret(key: string): boolean {
  return SECRET_HINT.test(key) && readKey(key).kind !== undefined;
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
  if (!SECRET_HINT.test(key)) return false;
  const { kind, name } = readKey(key);
  if (kind === undefined || value === undefined) return kind !== undefined && kind !== "key";
  const text = value.trim();
  if (PLACEHOLDER.test(text)) return false;
  if (HARMLESS.test(text)) {
    return /^[01]$/.test(text) && findKind(lastWordOf(name)) === "password" && !SWITCH.test(name);
  }
  if (kind === "key") return looksRandom(text) && !CERTAIN_PATH.test(text);
  if (name === "_pwd_" || name === "_oldpwd_") {
    return !(PATH.test(text) && (key === key.toUpperCase() || CERTAIN_PATH.test(text)));
  }
  if (/_(?:gpg|pgp)_keys?_$/.test(name) && areFingerprints(text)) return false;
  if (NAMES_A_PATH.test(name)) return !PATH.test(text);
  if (/_keys?_$/.test(name) && CERTAIN_PATH.test(text)) return false;
  if (/_tokens_$/.test(name)) return !NUMBER.test(text);
  return !describes(key, { kind, name }, text);
}

/** Whether a text looks made by a machine: at least 16 characters without a break, letters and digits among them. */
export function looksRandom(text: string, minimumLength = 16): boolean {
  return text.length >= minimumLength && /^[\w+/=-]+$/.test(text) && /\d/.test(text) &&
    /[a-z]/i.test(text);
}

/** Ids of public keys, as images that check signatures list them under `GPG_KEYS`. */
function areFingerprints(text: string): boolean {
  return text.split(/[\s,]+/).every((word) => OPENPGP_KEY.test(word));
}

interface KeyWords {
  readonly kind: SecretKind | undefined;
  /** The key's words in lower case between underscores. */
  readonly name: string;
}

/** Logs and lists repeat few keys very often. */
const MAXIMUM_KEYS_KEPT = 1000;
const keysRead = new Map<string, KeyWords>();

function readKey(key: string): KeyWords {
  const known = keysRead.get(key);
  if (known !== undefined) return known;
  const part = key.slice(-MAXIMUM_KEY_LENGTH);
  const split = part
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  // Once split where its case changes and once not, for "PaSsWoRd".
  const [name, unsplit] = [wordsOf(split), wordsOf(part)];
  const words = { kind: findKind(name) ?? findKind(unsplit), name };
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
  if (DESCRIBES.test(name) && !LOCATOR.test(name)) {
    return PLAIN.test(value) && !looksRandom(value, 24);
  }
  if (kind === "context" && STATE.test(value)) return true;
  // In a dotted label, "auth" or "session" may be the name of a router: only what looks secret is one.
  const lastPart = key.slice(key.lastIndexOf(".") + 1);
  return kind === "context" && secretKind(lastPart) === undefined &&
    !looksRandom(value) && !value.includes(":");
}
