import { isSecretKey } from "./redact_keys.ts";
import { redactPositions } from "./redact_positions.ts";

const MARKER = "[redacted:option]";
/** How far before an option its program is looked for. */
const COMMAND_LENGTH = 512;
/** A quote ends a word only where the word seems to stand in quotes as part of something longer. */
const WORD = String.raw`(?:[^\s"'\\]|\\(?!["'])|["'](?![\s,;)}\]\\]|$))+`;
const QUOTED_OR_WORD = String.raw`"[^"\n]{0,1024}"|'[^'\n]{0,1024}'|${WORD}`;
/** Takes names without a value too, so that `.-a.-a` is not read again from each of its dashes. */
const LONG_OPTION = new RegExp(
  String.raw`(?<![\w-])(--?[A-Za-z][\w.-]+)(?:([ \t]{1,4}|=)(?!-)(${QUOTED_OR_WORD}))?`,
  "g",
);
const SHORT_OPTION = new RegExp(
  String.raw`(?<=^|\s)(-[auwpPU])([ \t]{1,4}|=|)(?!-)(${QUOTED_OR_WORD})`,
  "g",
);
/** What follows an option in a program's own words about it: `--token requires an argument`, `--password string`. */
const ABOUT_OPTION =
  /^(?:an?|and|argument|can|cannot|flag|for|int|is|must|needs?|not|option|or|requires?|string|strings|stringArray|the|to|value|was)$/i;
const QUOTED = /^(["'])(.*)\1$/s;
/** A switch, or an option that names where the secret comes from. */
const NO_SECRET = /^-{1,2}(?:no|without|skip|disable)-|-(?:stdin|prompt|file|fd|env)$/i;
/** How builders reference a secret: `--secret id=npmrc,src=.npmrc`. */
const REFERENCE = /^["']?(?:id|type|src|source|env)=/;

interface ShortOption {
  readonly option: string;
  readonly program: RegExp;
  /** What must follow the program; apart from it, because `.*` between the two would read on from each program. */
  readonly subcommand?: RegExp;
  /** Whether the value follows without a blank; `undefined` where both are right. */
  readonly glued?: boolean;
}

// Taken from the programs' manuals; `-p` alone means a port, a path or a process as often as a password.
const SHORT_OPTIONS: readonly ShortOption[] = [
  { option: "-p", program: /\b(?:mysql|mariadb)[\w-]*\b|\b7z[a-z]?\b/, glued: true },
  {
    option: "-p",
    program: /\b(?:docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|az|oc)\b/,
    subcommand: /(?<!--?\w[\w-]{0,32}[ =])\blogin\b/,
  },
  { option: "-p", program: /\b(?:mongo\w*|influx)\b/, glued: false },
  { option: "-p", program: /\b(?:sshpass|useradd|usermod)\b/ },
  { option: "-a", program: /\b(?:redis|valkey)-cli\b/, glued: false },
  { option: "-w", program: /\bldap\w+\b/, glued: false },
  { option: "-P", program: /\b(?:zip|unzip|mosquitto_\w+)\b/, glued: false },
  { option: "-P", program: /\b(?:sqlcmd|bcp|isql|tsql)\b/ },
];
const USER_OPTION = /^--(?:user|proxy-user|(?:src-|dest-)?creds)$/;
/** Programs whose `-u a:b` means user and group, not user and password. */
const USER_AND_GROUP = /\b(?:docker|podman|nerdctl|gosu|su-exec|setpriv|chroot|install|rsync)\b/;
const USER_AND_PASSWORD = /^(["']?[\w.@+-]+:)(?!\/\/)([^\s"']+)(["']?)$/;
/** An address of a server with its port. */
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}:$/;
/** `-U name%password` of the programs around SMB. */
const SMB_USER = /^(["']?[\w.@+\\/-]+%)([^\s"']+)(["']?)$/;
const SMB_PROGRAM = /\b(?:smb\w+|rpcclient|net|winexe)\b/;
const HTTPIE = /(?:^|[\s;&|])https?[ \t]/;
/** Several short options in one word, the last of which takes the user. */
const CURL_OPTIONS = /^-[A-Za-z]{1,8}u$/;

/** Replaces values of command line options that hold secrets, as `--password x` or `mysql -px`, by `[redacted:option]`. */
export function redactOptions(text: string): string {
  if (!text.includes("-")) return redactPositions(text);
  // Short ones first: in `mysql -ppw` the name of the option is `p`.
  const short = text.replace(
    SHORT_OPTION,
    (_whole, option: string, gap: string, value: string, offset: number) => {
      const command = (): string => commandBefore(text, offset);
      return option + gap + redactShort({ option, value, glued: gap === "" }, command);
    },
  );
  const long = short.replace(
    LONG_OPTION,
    (whole, option: string, gap: string | undefined, value: string | undefined, offset: number) =>
      gap === undefined || value === undefined
        ? whole
        : option + gap + redactLong(option, value, () => commandBefore(short, offset)),
  );
  return redactPositions(long);
}

/**
 * Replaces the secret in one argument of a command.
 *
 * @param before The arguments ahead of it, the program included.
 */
export function redactArgument(argument: string, before: readonly string[]): string {
  const option = before.at(-1) ?? "";
  const command = before.join(" ").slice(-COMMAND_LENGTH);
  const [, glued = "", rest = ""] = /^(-[a-zA-Z])([^=\s][^]*)$/.exec(argument) ?? [];
  if (glued !== "") {
    return glued + redactShort({ option: glued, value: rest, glued: true }, () => command);
  }
  if (argument.startsWith("-")) return argument;
  return /^-[a-zA-Z]$/.test(option)
    ? redactShort({ option, value: argument, glued: false }, () => command)
    : /^--?[A-Za-z][\w.-]+$/.test(option)
    ? redactLong(option, argument, () => command)
    : argument;
}

function commandBefore(text: string, offset: number): string {
  const before = text.slice(Math.max(0, offset - COMMAND_LENGTH), offset);
  return before.slice(before.lastIndexOf("\n") + 1);
}

function redactLong(option: string, value: string, command: () => string): string {
  if (USER_OPTION.test(option)) return redactUser(value, command);
  if (CURL_OPTIONS.test(option) && /\bcurl\b/.test(command())) return redactUser(value, command);
  if (NO_SECRET.test(option) || REFERENCE.test(value)) return value;
  if (ABOUT_OPTION.test(value)) return value;
  const [, quote = "", inner = value] = QUOTED.exec(value) ?? [];
  return isSecretKey(option, inner) ? quote + MARKER + quote : value;
}

function redactShort(
  { option, value, glued }: {
    readonly option: string;
    readonly value: string;
    readonly glued: boolean;
  },
  command: () => string,
): string {
  if (option === "-u" || (option === "-a" && HTTPIE.test(command()))) {
    return redactUser(value, command);
  }
  if (option === "-U" && SMB_PROGRAM.test(command())) {
    return value.replace(SMB_USER, `$1${MARKER}$3`);
  }
  const known = SHORT_OPTIONS.filter((short) =>
    short.option === option && (short.glued ?? glued) === glued
  );
  if (known.length === 0) return value;
  const text = command();
  if (!known.some((short) => isMeant(short, text))) return value;
  const quote = QUOTED.exec(value)?.[1] ?? "";
  return quote + MARKER + quote;
}

function isMeant({ program, subcommand }: ShortOption, command: string): boolean {
  const at = command.search(program);
  return at >= 0 && (subcommand === undefined || subcommand.test(command.slice(at)));
}

/** `-u name:password` of curl and its like; `-u 1000:1000`, `-u app:app` and what follows docker are users and groups. */
function redactUser(value: string, command: () => string): string {
  const [, user = "", password = "", quote = ""] = USER_AND_PASSWORD.exec(value) ?? [];
  if (password === "" || ADDRESS.test(user) || /^\d+$/.test(password) && /^\d+:$/.test(user)) {
    return value;
  }
  if (user === `${password}:` || USER_AND_GROUP.test(command())) return value;
  return user + MARKER + quote;
}
