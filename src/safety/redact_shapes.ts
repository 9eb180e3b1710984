/** Credentials that can be told by how they look, wherever they stand. */

/** Not inside a longer word; the letter of an escape such as `\n` in quoted text is no part of a word. */
const START = String.raw`(?:(?<![\w-])|(?<=\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}))`;

// Published by their makers for secret scanners. None has a quantifier that can fail after running far.
const TOKENS: readonly string[] = [
  String.raw`gh[pousr]_\w{36,}|github_pat_\w{22,}`,
  String.raw`gl(?:agent|cbt|dt|feat|ffct|ft|imt|oas|pat|ptt|rt|soat)-[\w.-]{20,}`,
  String.raw`xox[a-z]-[\w-]{10,}|xapp-\d-[\w-]{10,}`,
  String.raw`(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{10,}`,
  String.raw`(?<=discord(?:app)?\.com\/api\/webhooks\/)[\w/-]{10,}`,
  String.raw`dckr_(?:pat|oat)_[\w-]{20,}|SWMTKN-1-[\w-]{20,}|SWMKEY-1-[\w+/-]{20,}`,
  String.raw`npm_\w{36,}|pypi-AgE[\w-]{20,}|rubygems_[0-9a-f]{48}`,
  String.raw`[rs]k_(?:live|test)_\w{10,}|whsec_[\w+/]{20,}|sq0(?:atp|csp)-[\w-]{20,}`,
  String.raw`(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])`,
  String.raw`AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|${START}1\/\/0[\w-]{30,}`,
  String.raw`${START}sk-(?:[A-Za-z0-9]{20,}|(?=[A-Za-z_-]*\d)[\w-]{20,})`,
  String.raw`${START}(?:gsk_|xai-|pplx-|hf_|r8_)[A-Za-z0-9]{30,}`,
  String.raw`hv[sbr]\.[\w-]{20,}|SG\.[\w-]{16,32}\.[\w-]{16,64}|do[opr]_v1_[0-9a-f]{64}`,
  String
    .raw`${START}dapi[0-9a-f]{32}|${START}\d{8,10}:AA[\w-]{33}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`,
  String.raw`gl(?:sa|c)_[\w+/=]{32,}|NRAK-[A-Z0-9]{27}|dp\.(?:pt|st|sa|ct)\.\w{40,}|lin_api_\w{40}`,
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{50,}|ATATT3[\w=-]{20,}|sbp_[0-9a-f]{40}`,
  // A JSON web token, plain or encrypted; the look-ahead allows for a word glued in front of it.
  String
    .raw`${START}(?=(?:[\w-]*[_-])?eyJ)[\w-]+\.(?:eyJ[\w-]+\.[\w-]*|[\w-]*\.[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})`,
  // Private keys as base64 of their PEM form, as kubeconfig has them.
  String.raw`LS0tLS1CRUdJTi(?:BEU0Eg|BFQyBQ|BFTkNS|BPUEVO|BQUklW|BSU0Eg)[A-Za-z0-9+/]{16,}=*`,
  // Password hashes of crypt(3), as in htpasswd and /etc/shadow.
  String.raw`\$(?:1|2[abxy]|5|6|7|y|apr1|argon2\w{1,2}|scrypt|pbkdf2[\w-]{0,16})\$[\w./$=,+-]{20,}`,
  // HTTP credentials without their header; prose such as "bearer authentication" has no digit.
  String
    .raw`(?<=\b(?:[Bb]earer|BEARER) )(?:(?=[A-Za-z._~+/-]{0,64}\d)[\w.~+/-]{8,}|[\w.~+/-]{24,})=*`,
  String
    .raw`(?<=\b(?:[Bb]asic|BASIC) )(?=[A-Za-z0-9+/]{0,64}(?:[a-z0-9][A-Z]|=))[A-Za-z0-9+/]{8,}={0,2}`,
  // Go's MySQL addresses, SQL statements, .netrc and redis.conf have no key before the password.
  String.raw`(?<=[\w.-]:)(?<!\[redacted:)[^\s:@'"]+(?=@(?:tcp|udp|unix)\()`,
  String.raw`(?<=\b(?:(?:identified|IDENTIFIED) (?:by|BY)|password|PASSWORD) {1,4}')[^'\n]+(?=')`,
  String.raw`(?<=\blogin \S{1,128}\s{1,8}password )\S+`,
  String.raw`(?<=\b(?:requirepass|masterauth) )\S+`,
];

const SHAPES = new RegExp(TOKENS.join("|"), "g");

/** Replaces tokens, keys and password hashes of known makers by `[redacted:token]`. */
export function redactShapes(text: string): string {
  return text.replace(SHAPES, "[redacted:token]");
}
