import { isSecretKey } from "./redact_keys.ts";

/** Secrets that commands take without any option, or under one of their own, told by their place after the program. */

const MARKER = "[redacted:option]";
const USER = String.raw`["']?[\w.@$-]{1,64}["']?`;
const SECRET = String.raw`(?:[^\s"'|\\]|\\(?!["']))+`;
/** A whole argument, its quotes included; of one whose quote has no end, what stands behind the quote. */
const ARGUMENT = String.raw`(?:"[^"\n]{1,512}"|'[^'\n]{1,512}'|${SECRET})`;
const QUOTE = String.raw`(?:\\{0,7}["'])?`;
const OPTIONS = String.raw`(?:-\S{1,64} (?:[^\s-]\S{0,64} )?)`;
/** Programs that read a password from their input. */
const READS_PASSWORD = String
  .raw`(?:sudo )?(?:docker|podman|nerdctl|helm|oras|crane|buildah|skopeo|gh|az|aws)\b[^\n|]{0,128}(?:--password-stdin|--with-token)`;
const HTPASSWD_FLAG = String.raw`-\w{1,8} (?:\d{1,2} )?`;
/** `htpasswd -b [file] user`; with `-n` it writes no file. */
const HTPASSWD = [
  String.raw`\bhtpasswd (?=(?:${HTPASSWD_FLAG}){0,3}-\w{0,7}b)(?:`,
  String.raw`(?=(?:${HTPASSWD_FLAG}){0,3}-\w{0,7}n)(?:${HTPASSWD_FLAG}){1,4}|`,
  String.raw`(?!(?:${HTPASSWD_FLAG}){0,3}-\w{0,7}n)(?:${HTPASSWD_FLAG}){1,4}[^\s-]\S{0,255} `,
  String.raw`)[^\s-]\S{0,127} `,
].join("");
/** What follows the words "vault login" in a sentence. */
const ABOUT_LOGIN = String
  .raw`(?:after|again|and|as|at|attempt|before|command|error|failed|failure|first|for|from|in|is|method|on|or|page|required|succeeded|successful|to|token|via|was|with)\b(?!=)`;
/** Commands that take a name and its value. */
const SETTERS = String
  .raw`(?:setx|aws configure set|(?:bundle|composer|gcloud|git|npm|pip3?|pnpm|poetry|yarn) (?:config set|config|set)|CONFIG SET|config set)`;

type Position = readonly [hints: readonly string[], pattern: RegExp];

function position(hints: readonly string[], pattern: string): Position {
  return [hints, new RegExp(pattern, "g")];
}

/** Where an argument is a secret: right behind what matches. */
function after(hint: string, before: string): Position {
  return position([hint], String.raw`(?<=${before}${QUOTE})(?!-)${ARGUMENT}`);
}

// Taken from the programs' manuals; each is bounded before and after, so that none reads far.
const POSITIONS: readonly Position[] = [
  position(
    ["chpasswd"],
    String.raw`(?<=\becho (?:-e )?${USER}:)${SECRET}(?=["']? ?\| ?(?:sudo )?chpasswd)`,
  ),
  position(["chpasswd"], String.raw`(?<=\bchpasswd <<< ?${USER}:)${SECRET}`),
  position(
    ["--password-stdin", "--with-token"],
    String.raw`(?<=\b(?:echo|printf) (?:-n )?["']?)${SECRET}(?=["']? ?\| ?${READS_PASSWORD})`,
  ),
  after("htpasswd ", HTPASSWD),
  after(
    "rabbitmqctl ",
    String
      .raw`\brabbitmqctl ${OPTIONS}{0,3}(?:add_user|change_password|authenticate_user) ${USER} `,
  ),
  after("AUTH ", String.raw`\bredis-cli ${OPTIONS}{0,4}AUTH (?:[\w.-]{1,64} )?`),
  position(
    ["vault login "],
    String
      .raw`(?<=\bvault login ${OPTIONS}{0,2}(?:token=)?${QUOTE})(?!-|${ABOUT_LOGIN}|\w{1,32}=)${ARGUMENT}`,
  ),
  after(
    "mc ",
    String.raw`\bmc (?:--\S{1,64} ){0,3}(?:alias set|config host add) (?:\S{1,256} ){3}`,
  ),
  after("openssl ", String.raw`\bopenssl (?:enc|aes|des)[\w-]{0,16} [^\n|;&]{0,256}(?<= )-[kK] `),
  position(
    ["create secret "],
    String
      .raw`(?<=\bcreate secret [^\n|;&]{0,512}--from-literal[ =]["'][\w.-]{1,253}=)[^"'\n]+|(?<=\bcreate secret [^\n|;&]{0,512}--from-literal[ =][\w.-]{1,253}=)${ARGUMENT}`,
  ),
  position(
    ["setx ", "set ", "config ", "CONFIG SET "],
    String
      .raw`(?<=\b${SETTERS} (?:--?[\w-]{1,32} ){0,2}(?<name>[^\s=-][^\s=]{0,253})[ =]${QUOTE})(?!-)${ARGUMENT}`,
  ),
  position(
    ["sqlplus", "sqlldr", "expdp", "impdp", "rman"],
    String
      .raw`(?<=\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b[^\n/]{0,64}[ \t]${USER}\/)[^\s@"'/]+(?=["']?(?:@|\s|$))`,
  ),
];

/** One look for all hints, which takes a third of the time of one look for each. */
const ANY_HINT = new RegExp([...new Set(POSITIONS.flatMap(([hints]) => hints))].join("|"));

/** Replaces the secrets in commands such as `rabbitmqctl add_user name password` by `[redacted:option]`. */
export function redactPositions(text: string): string {
  if (!ANY_HINT.test(text)) return text;
  if (!text.includes(" ") && !text.includes("\t")) return text; // one word is no command
  let result = text;
  for (const [hints, pattern] of POSITIONS) {
    if (hints.some((hint) => text.includes(hint))) result = result.replace(pattern, redactFound);
  }
  return result;
}

/**
 * Replaces the secret in an argument that its place in a command makes one, from where the secret starts.
 *
 * @param before The arguments ahead of it, the program included.
 */
export function redactPositioned(argument: string, before: readonly string[]): string {
  const words = before.slice(before.findLastIndex((word) => /\s/.test(word)) + 1);
  const command = `${words.join(" ")} `;
  if (words.length < 2) return argument; // the shortest is "setx name"
  // One word, whatever is in it.
  const line = command + argument.replace(/[\s"'|]/g, "_");
  for (const [hints, pattern] of POSITIONS) {
    if (!hints.some((hint) => command.includes(hint))) continue;
    for (const found of line.matchAll(pattern)) {
      const at = found.index - command.length;
      if (at >= 0 && isMeant(argument.slice(at), found.groups)) {
        return argument.slice(0, at) + MARKER;
      }
    }
  }
  return argument;
}

function redactFound(whole: string, ...rest: unknown[]): string {
  const quote = /^["']/.exec(whole)?.[0] ?? "";
  const groups = rest.at(-1);
  const value = quote === "" ? whole : whole.slice(1, -1);
  return isMeant(value, groups as Groups) ? quote + MARKER + quote : whole;
}

type Groups = Readonly<Record<string, string>> | undefined;

function isMeant(value: string, groups: Groups): boolean {
  return groups?.["name"] === undefined || isSecretKey(groups["name"], value);
}
