/** Credentials that can be told by how they look, wherever they stand. */

/** Not inside a longer word; the letter of an escape such as `\n` in quoted text is no part of a word. */
const START = String.raw`(?:(?<![\w-])|(?<=\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}))`;

/** Texts of which one is part of every match, and the pattern; looking for the texts first is some fifty times faster. */
export type Shape = readonly [hints: readonly string[], pattern: RegExp];

function shape(hints: string, pattern: string): Shape {
  return [hints.split(" ").map((hint) => hint.replaceAll("·", " ")), new RegExp(pattern, "g")];
}

// Published by their makers for secret scanners. One that can fail after running far takes what it ran over as `unended`, which
// stays: it would be read again from each place in it otherwise.
/** The patterns of credentials, each with what must be in a text for it to match. */
export const SHAPES: readonly Shape[] = [
  shape("ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", String.raw`gh[pousr]_\w{36,}|github_pat_\w{22,}`),
  shape("gl", String.raw`gl(?:agent|cbt|dt|feat|ffct|ft|imt|oas|pat|ptt|rt|soat)-[\w.-]{20,}`),
  shape("xox xapp-", String.raw`xox[a-z]-[\w-]{10,}|xapp-\d-[\w-]{10,}`),
  shape(
    "hooks.slack.com/ /api/webhooks/",
    String
      .raw`(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/|\/api\/webhooks\/)[\w/-]{10,}`,
  ),
  shape("dckr_ SWM", String.raw`dckr_(?:pat|oat)_[\w-]{20,}|SWM(?:TKN|KEY)-1-[\w+/-]{20,}`),
  shape("npm_ pypi- rubygems_", String.raw`npm_\w{36,}|pypi-AgE[\w-]{20,}|rubygems_[0-9a-f]{48}`),
  shape("k_live_ k_test_ whsec_", String.raw`[rs]k_(?:live|test)_\w{10,}|whsec_[\w+/]{20,}`),
  // The other half of AWS's keys has no mark of its own; before the first half, which goes with the next rule.
  shape(
    "AKIA ASIA ecret",
    String
      .raw`(?<=\bA(?:KI|SI)A[A-Z0-9]{16}[\s:,;"'|]{1,4}|\b[Aa][Ww][Ss][\w -]{0,24}[Ss]ecret[\w -]{0,24}[\s:="']{1,3})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])`,
  ),
  shape("AKIA ASIA ABIA ACCA", String.raw`(?<![A-Z0-9])A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Z0-9])`),
  shape(
    "AIza ya29. GOCSPX- 1//0",
    String.raw`AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|${START}1\/\/0[\w-]{30,}`,
  ),
  shape("sk-", String.raw`${START}sk-(?:[A-Za-z0-9]{20,}|(?=[A-Za-z_-]*\d)[\w-]{20,})`),
  shape("gsk_ xai- pplx- hf_ r8_", String.raw`${START}(?:gsk_|xai-|pplx-|hf_|r8_)[A-Za-z0-9]{30,}`),
  shape("hvs. hvb. hvr. SG.", String.raw`hv[sbr]\.[\w-]{20,}|SG\.[\w-]{16,32}\.[\w-]{16,64}`),
  shape("_v1_ dapi", String.raw`do[opr]_v1_[0-9a-f]{64}|${START}dapi[0-9a-f]{32}`),
  // Telegram's bots, whose tokens also stand in paths.
  shape(
    ":A /bot",
    String
      .raw`(?:${START}|(?<=\/bot))\d{8,10}:A[\w-]{33,34}(?![\w-])|(?<=telegram\.org\/(?:file\/)?bot)\d{5,16}:[\w-]{10,}`,
  ),
  shape("shp sq0", String.raw`shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|sq0(?:atp|csp)-[\w-]{20,}`),
  shape("glsa_ glc_ NRAK-", String.raw`gl(?:sa|c)_[\w+/=]{32,}|NRAK-[A-Z0-9]{27}`),
  shape(
    "dp. lin_api_ AGE-SECRET-KEY-1 ATATT3 sbp_",
    String
      .raw`dp\.(?:ct|pt|sa|st)\.\w{40,}|lin_api_\w{40}|AGE-SECRET-KEY-1[A-Z0-9]{50,}|ATATT3[\w=-]{20,}|sbp_[0-9a-f]{40}`,
  ),
  shape(
    "tskey- xkeysib- nvapi- ntn_ figd_ PMAK- fm2_ eyJrIjoi sntry .atlasv1. CCIP sgp_ pscale_ ops_eyJ",
    [
      String
        .raw`tskey-[a-z]{3,8}-[\w-]{16,}|xkeysib-[0-9a-f]{64}-\w{16}|nvapi-[\w-]{40,}|ntn_\w{40,}`,
      String
        .raw`figd_[\w-]{36,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|fm2_[\w+/=]{40,}|eyJrIjoi[\w+/]{40,}={0,2}`,
      String
        .raw`sntry[su]_[\w+/=-]{40,}|(?<=\w{14})\.atlasv1\.[\w=-]{60,}|CCIP(?:AT|RJ)_[\w-]{20,}`,
      String.raw`sgp_\w{40,}|pscale_(?:tkn|oauth|pw)_[\w.=-]{32,}|ops_eyJ[\w+/=-]{100,}`,
    ].join("|"),
  ),
  shape(
    "key- secret_ pul- nfp_",
    String
      .raw`${START}(?:key-[0-9a-z]{32}|secret_[A-Za-z0-9]{43}|pul-[0-9a-f]{40}|nfp_\w{36})(?!\w)`,
  ),
  shape(
    "Private-Lines:",
    String.raw`(?<=Private-Lines: \d{1,3}\n)(?:[A-Za-z0-9+/=]{1,64}(?:\n|$))+`,
  ),
  // A JSON web token, plain or encrypted; the look-ahead allows for a word glued in front of it.
  shape(
    "eyJ",
    String
      .raw`${START}(?=(?:[\w-]*[_-])?eyJ)[\w-]+\.(?:eyJ[\w-]+(?:\.[\w-]*)?|[\w-]*\.[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})`,
  ),
  // Private keys as base64 of their PEM form, as kubeconfig has them.
  shape(
    "LS0tLS1CRUdJTi",
    String.raw`LS0tLS1CRUdJTi(?:BEU0Eg|BFQyBQ|BFTkNS|BPUEVO|BQUklW|BSU0Eg)[A-Za-z0-9+/]{16,}=*`,
  ),
  // Password hashes of crypt(3), as in htpasswd and /etc/shadow.
  shape(
    "$",
    String
      .raw`\$(?:1|2[abxy]|5|6|7|y|apr1|argon2\w{1,2}|scrypt|pbkdf2[\w-]{0,16})\$[\w./$=,+-]{20,}`,
  ),
  // HTTP credentials without their header; prose such as "bearer authentication" has no digit.
  shape(
    "earer· EARER·",
    String
      .raw`(?<=\b(?:[Bb]earer|BEARER) )(?:(?=[A-Za-z._~+/-]{0,64}\d)[\w.~+/-]{8,}|[\w.~+/-]{24,})=*`,
  ),
  shape(
    "asic· ASIC·",
    String
      .raw`(?<=\b(?:[Bb]asic|BASIC) )(?=[A-Za-z0-9+/]{0,64}(?:[a-z0-9][A-Z]|=))[A-Za-z0-9+/]{8,}={0,2}`,
  ),
  // Go's MySQL addresses, Oracle's, SQL, .netrc, redis.conf and `aws configure set` have no key before the password.
  shape(
    "@tcp( @udp( @unix(",
    String
      .raw`(?<=[\w.-]:)(?<!\[redacted:)[^\s:@'"]+(?=@(?:tcp|udp|unix)\()`,
  ),
  // A login in front of a registry or another host, without a scheme.
  shape(
    "@",
    String
      .raw`(?<=(?<![\w/.:@+-])(?!mailto:)[\w.+-]{1,64}:)[^\s:@/'"[\]]{3,128}(?=@(?!sha\d)[\w.-]{1,253}(?::\d{1,5})?\/)`,
  ),
  shape(
    "jdbc:oracle:",
    String.raw`(?<=jdbc:oracle:\w{1,8}:[^/\s]{1,64}\/)[^@\s]+(?:(?=@)|(?<unended>))`,
  ),
  shape(
    "dentified DENTIFIED assword ASSWORD",
    String
      .raw`(?<=\b(?:(?:identified|IDENTIFIED)[\w ]{0,64} (?:by|BY)|password|PASSWORD)[ (=]{1,3}[EN]?['"])[^'"\n]+(?=['"])`,
  ),
  // What MySQL prints at its first start.
  shape("temporary·password", String.raw`(?<=temporary password is generated for \S{1,64}: )\S+`),
  shape("login·", String.raw`(?<=\blogin \S{1,128}\s{1,8}password )\S+`),
  shape(
    "requirepass· masterauth· secret_access_key· session_token·",
    String
      .raw`(?<=\b(?:requirepass|masterauth|aws_secret_access_key|aws_session_token) )[^\s=:]\S*`,
  ),
];

/** One look instead of one for each hint: lists have texts by the thousand, and hardly any holds a hint. */
const ANY_HINT = new RegExp(
  SHAPES.flatMap(([hints]) => hints).map((hint) => RegExp.escape(hint)).join("|"),
);

/** Replaces tokens, keys and password hashes of known makers by `[redacted:token]`. */
export function redactShapes(text: string): string {
  if (!ANY_HINT.test(text)) return text;
  let result = text;
  for (const [hints, pattern] of SHAPES) {
    if (hints.some((hint) => text.includes(hint))) {
      result = result.replace(
        pattern,
        (whole, unended) => unended === "" ? whole : "[redacted:token]",
      );
    }
  }
  return result;
}
