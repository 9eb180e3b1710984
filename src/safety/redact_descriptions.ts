/** What tells values that only say something about a secret, or stand in its place, from the secret itself. */

const HARMLESS =
  /^(?:true|false|yes|no|on|off|0|1|null|none|nil|<nil>|undefined|enabled|disabled|required|optional|[*=]+|\[\]|\{\}|\[redacted:[a-z]+\]|[<[(]?(?:filtered|hidden|masked|redacted)[>\])]?|\$\{[A-Za-z_]\w*\}|\$\{\{[\w. ]{1,64}\}\})?$/i;
/** What stands where a secret would: variables of shells and formats, messages about it, types and source code. */
const STANDS_IN: readonly RegExp[] = [
  /^(?:\$[A-Z_][A-Z0-9_]+|%[sdvqx]|%\(\w{1,32}\)s|\{\w{0,32}\})$/,
  /^(?:absent|denied|expired|forbidden|incorrect|invalid|mismatch(?:ed)?|missing|unauthorized|unset|unsupported)(?: [a-z]{1,16}){0,8}[.,!;]?$/i,
  /^(?:Cannot|Enter|Ensure|Field|Incorrect|Invalid|Must|No|Please|The|This|You|Your)(?: [A-Za-z',-]{1,32}){2,24}[.!]$/,
  /^(?:&?str|[Ss]tring|bytes|\[\]byte|SecretStr|Optional\[\w{1,32}\]|(?:var)?char\(\d{1,5}\))[,;)]?$/,
  /^(?:app|args|cfg|conf|config|ctx|import\.meta|opts|options|os|params|process|props|req|request|self|settings|this)(?:[?!]?\.[A-Za-z_]{1,64}){1,8}(?:\?\.|[,;()[\]]|$)/,
];
/** A package's version, with the signs that say which others will do. */
const VERSION_RANGE =
  /^(?:[~^]|[<>!=~]{1,3} ?)v?\d+(?:\.[\dx*]+){0,3}(?:[-+.][\w.+-]{1,32})?(?:[ ,|]|$)/;
const VERSION = /^v?\d+\.\d+\.\d+(?:[-+.][\w.+-]{1,32})?$/;
const OPENPGP_KEY = /^(?:0x)?(?:[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{40})$/i;
const PLAIN = /^[\w.,:/@+ -]{1,256}$/;

/** Last words that say the value describes a secret instead of being one. */
const DESCRIBES =
  /_(?:age|alg|algo|algorithm|audience|backend|count|days|disabled|domain|driver|enabled|encryption|endpoint|env|hashers?|expir(?:y|es|ation)|format|header|host|hostname|hours|issuer|keystore|length|level|limit|local|location|manager|max|method|min|minutes|mode|name|names|namespace|parser|path|plugin|policy|port|prefix|prompt|provider|realm|refs?|required|rounds|samesite|schema|scheme|seconds|size|source|stdin|store|strategy|timeout|ttl|type|uris?|urls?|user|username|validator|version)_$/;
/** Says where something is, and may well be a secret itself. */
const LOCATOR = /_(?:[a-z]*webhooks?|[a-z]*dsn|conn(?:ection)?_?str(?:ing)?s?)_/;
/** Fields of a secret's schema, reference or mount. */
const DESCRIBING_FIELD =
  /_(?:alg|algorithm|driver|format|kind|length|max|min|mode|name|namespace|path|policy|provider|refs?|schema|strategy|ttl|type|version)_$/;
/** Further ones, in which a digit is more likely part of a secret. */
const WORDY_FIELD = /^_(?:description|example|id|key|pattern|title)_$/;
const AUTH_METHOD =
  /^(?:basic|bearer|cert|cram-md5|digest|form|gssapi|ident|jwt|kerberos|ldap|login|md5|ntlm|oauth2?|oidc|peer|plain|saml|scram-sha-\d{1,3}|trust|xoauth2)$/i;
const OBJECT_NAME = /^[a-z][a-z0-9.-]{0,62}$/;

/** Whether a value is empty, a switch, hidden already, or the same for every secret. */
export function isHarmless(value: string): boolean {
  return HARMLESS.test(value);
}

/** Whether a value is a variable, a message, a type or source code where a secret would be. */
export function standsIn(value: string): boolean {
  return STANDS_IN.some((pattern) => pattern.test(value));
}

/** Whether a value is a package's version, under a name such as `jsonwebtoken`; only a range is none of a password. */
export function isVersion(value: string, isPassword: boolean): boolean {
  return VERSION_RANGE.test(value) || (!isPassword && VERSION.test(value));
}

/** Whether a value only holds ids of public keys, as images that check signatures list them under `GPG_KEYS`. */
export function areFingerprints(value: string): boolean {
  return value.split(/[\s,]+/).every((word) => OPENPGP_KEY.test(word));
}

/** Whether a key's words say that its value describes a secret. */
export function isDescription(name: string): boolean {
  return DESCRIBES.test(name) && !LOCATOR.test(name);
}

/** Whether a field inside what is secret describes it, as `{"secret": {"secretName": "db", "kind": "Opaque"}}`. */
export function isDescribingField(name: string, value: string): boolean {
  return isPlain(value) &&
    (DESCRIBING_FIELD.test(name) || (WORDY_FIELD.test(name) && !/\d/.test(value)));
}

/** Whether a value is what words that describe a secret have: plain text that no machine made. */
export function isPlain(value: string): boolean {
  return PLAIN.test(value) && !looksRandom(value, 24);
}

/** Whether a value names a way to log in (`SMTP_AUTH=login`), or an object that holds the secret (`existingSecret: db`). */
export function namesAnother(name: string, value: string): boolean {
  if (/_auths?_$/.test(name)) return AUTH_METHOD.test(value);
  return name.includes("_existing_") && OBJECT_NAME.test(value) && !looksRandom(value);
}

/** Whether a text looks made by a machine: at least 16 characters without a break, letters and digits among them. */
export function looksRandom(text: string, minimumLength = 16): boolean {
  return text.length >= minimumLength && /^[\w+/=-]+$/.test(text) && /\d/.test(text) &&
    /[a-z]/i.test(text);
}
