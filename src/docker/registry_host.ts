/** Names of Docker Hub; a reference without a domain means it too. */
const HUB_HOSTS = new Set([
  ...["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"],
]);
/** Where clouds tell a machine who it is and hand out its credentials. */
const METADATA_NAMES = new Set([
  ...["metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal"],
  ...["instance-data", "instance-data.ec2.internal", "metadata.packet.net"],
]);
/** Alibaba, Oracle and Azure; the link-local ones are recognized as such. */
const METADATA_ADDRESSES = new Set(["100.100.100.200", "192.0.0.192", "168.63.129.16"]);
const LINK_LOCAL = /^169\.254\.|^\[fe[89ab]|^\[(?:::ffff:|64:ff9b::)a9fe:|^\[fd00:ec2::254\]/;
/** Resolvers of the world that answer with the address in the name, e.g. nip.io. */
const ADDRESS_IN_NAME = /(?:^|[.-])169[.-]254[.-]\d{1,3}[.-]\d{1,3}[.-]/;

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
  const hostname = URL.parse(`http://${domain ?? "docker.io"}`)?.hostname.replace(/\.$/, "") ?? "";
  return LINK_LOCAL.test(hostname) || ADDRESS_IN_NAME.test(hostname) ||
    METADATA_ADDRESSES.has(hostname) || METADATA_NAMES.has(hostname);
}
