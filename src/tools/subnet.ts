/** An IP address as a number. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A range of addresses: those that share the first `prefix` bits of `value`. */
export interface Subnet extends Address {
  readonly prefix: number;
}

/** Bits of an address. */
const WIDTH = { 4: 32, 6: 128 } as const;
/** Smaller prefixes take in the networks of others, larger ones have no room for a gateway and a few containers. */
const PREFIXES = { 4: [8, 29], 6: [16, 125] } as const;
/** This host, loopback, link-local (where clouds answer with credentials), multicast and reserved. */
const RESERVED = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/3",
  "::/8",
  "fe80::/10",
  "ff00::/8",
].map(parseSubnet);

/** What networks may use without taking addresses of the world: private use, shared and test ranges, documentation. */
const PRIVATE = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"],
  ...["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "fc00::/7", "2001:db8::/32"],
].map(parseSubnet);
/** Where clouds answer with credentials, within the private ranges. */
const METADATA = ["100.100.100.0/24", "fd00:ec2::/32"].map(parseSubnet);

/** Reads an IPv4 address of four decimal numbers, or an IPv6 address without brackets and zone; undefined for all else. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) return parseIpv6(text);
  const numbers = text.split(".");
  const isStrict = numbers.length === 4 &&
    numbers.every((number) => /^(?:0|[1-9]\d{0,2})$/.test(number) && Number(number) <= 255);
  return isStrict ? { family: 4, value: join(numbers.map(BigInt), 8n) } : undefined;
}

/** Reads `address/prefix`; undefined for all else, also where the address has bits beyond the prefix. */
export function parseSubnet(text: string): Subnet | undefined {
  const [, before = "", length = ""] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseAddress(before);
  const prefix = Number(length);
  if (address === undefined || prefix > WIDTH[address.family]) return undefined;
  const subnet = { ...address, prefix };
  return start(address, subnet) === address.value ? subnet : undefined;
}

/** Whether an address, or a whole smaller range, lies in a range. */
export function contains(subnet: Subnet, inner: Address | Subnet): boolean {
  const isSmaller = !("prefix" in inner) || inner.prefix >= subnet.prefix;
  return isSmaller && inner.family === subnet.family && start(inner, subnet) === subnet.value;
}

/** Whether containers may be given addresses of this range. */
export function isAssignable(subnet: Subnet): boolean {
  const [least, most] = PREFIXES[subnet.family];
  const isReserved = RESERVED.some((range) => range !== undefined && meets(range, subnet));
  return subnet.prefix >= least && subnet.prefix <= most && !isReserved;
}

/** Whether a range belongs to nobody, so that no address of the world or of a cloud is hidden by it. */
export function isPrivate(subnet: Subnet): boolean {
  return PRIVATE.some((range) => range !== undefined && contains(range, subnet)) &&
    !METADATA.some((range) => range !== undefined && meets(range, subnet));
}

function meets(one: Subnet, other: Subnet): boolean {
  return contains(one, other) || contains(other, one);
}

/** The address with every bit behind the prefix of `subnet` cleared. */
function start({ family, value }: Address, { prefix }: Subnet): bigint {
  const free = BigInt(Math.max(0, WIDTH[family] - prefix));
  return value >> free << free;
}

function parseIpv6(text: string): Address | undefined {
  const url = /^[0-9a-f:.]+$/i.test(text) ? URL.parse(`http://[${text}]`) : null;
  if (url === null) return undefined;
  // The URL parser has checked it and written it in hexadecimal, with the longest run of zeros left out.
  const [left = "", right] = url.hostname.slice(1, -1).split("::");
  const before = left.split(":").filter((group) => group !== "");
  const after = (right ?? "").split(":").filter((group) => group !== "");
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...zeros, ...after].map((group) => BigInt(`0x${group}`));
  return { family: 6, value: join(groups, 16n) };
}

function join(parts: readonly bigint[], bits: bigint): bigint {
  return parts.reduce((value, part) => value << bits | part, 0n);
}
