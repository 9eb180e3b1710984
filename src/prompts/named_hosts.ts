import { textsOf } from "../tools/security_values.ts";

/** A host that a variable of an environment names. */
export interface NamedHost {
  readonly variable: string;
  /** In small letters; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** Whether the variable's form leaves no doubt that this is a host: a URL, or a name such as `DB_HOST`. */
  readonly isCertain: boolean;
}

/** Words of a variable's name that announce hosts. */
const HOST_VARIABLE =
  /(?:^|_)(?:addr|address|addresses|backend|brokers?|endpoints?|hosts?|hostname|nodes?|proxy|servers?|upstream|uri|urls?)(?:_|$)/i;
const URL_HOST =
  /[a-z][a-z0-9+.-]{0,31}:\/\/(?:[^\s/@]{0,256}@)?(\[[0-9a-f:]+\]|[\w.-]+)(?::(\d{1,5}))?/gi;
const HOST = /^([a-z\d](?:[\w.-]{0,252})?)(?::(\d{1,5}))?$/i;
/** Longer values are no addresses. */
const LONGEST_VALUE = 4096;
const MOST_HOSTS = 200;

/** Hosts that an environment names, by URLs and by values such as `db`, `db:5432` and lists of these; never user names or passwords. */
export function namedHosts(environment: unknown): NamedHost[] {
  return textsOf(environment).flatMap((entry) => {
    const at = entry.indexOf("=");
    return at < 1 ? [] : hostsOf(entry.slice(0, at), entry.slice(at + 1, at + 1 + LONGEST_VALUE));
  }).slice(0, MOST_HOSTS);
}

function hostsOf(variable: string, value: string): NamedHost[] {
  const urls = [...value.matchAll(URL_HOST)];
  if (urls.length > 0) {
    return urls.map(([, host = "", port]) => named(variable, host, { port, isCertain: true }));
  }
  const isCertain = HOST_VARIABLE.test(variable);
  return value.split(/[,;\s]+/).flatMap((word) => {
    const [, host, port] = HOST.exec(word) ?? [];
    if (host === undefined || (port === undefined && !isCertain)) return [];
    return [named(variable, host, { port, isCertain })];
  });
}

function named(
  variable: string,
  host: string,
  { port, isCertain }: { port: string | undefined; isCertain: boolean },
): NamedHost {
  const plain = host.replace(/^\[|\]$/g, "").toLowerCase();
  return { variable, host: plain, port: port === undefined ? undefined : Number(port), isCertain };
}

/** Whether a host is one word that only a network of containers could resolve, and not the container itself or a number. */
export function isContainerLike(host: string): boolean {
  return /^[a-z][\w-]*$/.test(host) && !["localhost", "true", "false", "none"].includes(host);
}
