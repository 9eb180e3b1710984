/** Names of Docker Hub; a reference without a domain means it too. */
const HUB_HOSTS = new Set([
  ...["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"],
]);
/** Where clouds tell a machine who it is and hand out its credentials. */
const METADATA_NAMES = new Set([
  ...["metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal"],
  ...["metadata.oraclecloud.com"],
  ...["instance-data", "instance-data.ec2.internal", "metadata.packet.net"],
]);
/** Alibaba, Oracle and Azure; the link-local ones are recognized as such. */
const METADATA_ADDRESSES = new Set(["100.100.100.200", "192.0.0.192", "168.63.129.16"]);
const LINK_LOCAL = /^169\.254\.|^\[fe[89ab]|^\[(?:::ffff:|64:ff9b::)a9fe:|^\[fd00:ec2::254\]/;
/** Resolvers of the world that answer with the address in the name, e.g. nip.io; some also take it as one hexadecimal number. */
const ADDRESS_IN_NAME =
  /(?:^|[.-])(?:169[.-]254[.-]\d{1,3}[.-]\d{1,3}[.-]|a9fe[0-9a-f]{4}\.(?:nip|sslip|xip)\.io$)/;
const LOOPBACK =
  /^127\.\d+\.\d+\.\d+$|^0\.0\.0\.0$|^\[::1?\]$|^\[(?:::ffff:|64:ff9b::)7f[0-9a-f]{2}:/;
const LOOPBACK_NAME =
  /^(?:(?:.*\.)?localhost|localhost\.localdomain|ip6-(?:localhost|loopback)|(?:host|gateway)\.docker\.internal)$/;
const LOOPBACK_IN_NAME =
  /(?:^|[.-])(?:127[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3}|7f[0-9a-f]{6})\.(?:nip|sslip|xip)\.io$/;

/**
 * A registry by one name, so that two references can be compared: lower case, without the port that is usual, and
 * `docker.io` for every name of Docker Hub.
 */
export function registryHost(domain: string | undefined): string {
  const host = (domain ?? "docker.io").toLowerCase().replace(/:443$/, "");
  return HUB_HOSTS.has(host) ? "docker.io" : host;
}

/**
 * Whether a registry's domain is an address at which clouds keep credentials of the machine, and no registry is; also in
 * spellings that only resolvers understand, e.g. as one number.
 */
export function isMetadataHost(domain: string | undefined): boolean {
  const hostname = hostnameOf(domain ?? "docker.io");
  return LINK_LOCAL.test(hostname) || ADDRESS_IN_NAME.test(hostname) ||
    METADATA_ADDRESSES.has(hostname) || METADATA_NAMES.has(hostname);
}

/** Whether a host, with or without a port, is the machine that asks for it, by address or by a name that every machine knows. */
export function isLoopbackHost(host: string): boolean {
  const hostname = hostnameOf(host);
  return LOOPBACK.test(hostname) || LOOPBACK_NAME.test(hostname) || LOOPBACK_IN_NAME.test(hostname);
}

function hostnameOf(host: string): string {
  return URL.parse(`http://${host}`)?.hostname.replace(/\.$/, "") ?? "";
}
