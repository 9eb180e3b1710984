import type { ContainerDetails } from "../docker/types.ts";
import { plainName } from "../tools/container_view.ts";
import { fieldsOf, textOf, textsOf } from "../tools/security_values.ts";
import type { ComposeContainer } from "./compose_facts.ts";
import { type ComposePart, defined, orNothing } from "./compose_values.ts";
import { isContainerLike, namedHosts } from "./named_hosts.ts";
import { sharedContainer, userNetworks } from "./network_peers.ts";

/** Written by Compose as `db:service_healthy:false,cache:service_started:true`. */
const COMPOSE_DEPENDENCIES = "com.docker.compose.depends_on";

/** A name under which a container reaches another one that it was linked to. */
interface Link {
  readonly target: string;
  readonly alias: string;
}

/** Which service needs which; never in a circle, which Compose refuses. */
export class ComposeDependencies {
  readonly #services: ReadonlyMap<string, ComposeContainer>;
  readonly #edges = new Map<string, Set<string>>();
  /** For a person, one sentence each. */
  readonly notes: string[] = [];

  /** @param services Containers by the names of their services. */
  constructor(services: ReadonlyMap<string, ComposeContainer>) {
    this.#services = services;
    // What shares something must start later; what only names another one may lose against that.
    for (const needsOf of [sharedContainers, linkedContainers, namedServices]) {
      for (const [service, { details }] of services) {
        for (const wanted of needsOf(details)) this.#need(service, this.find(wanted));
      }
    }
    for (const [service, container] of services) this.#addHosts(service, container.details);
  }

  /** The service of a container, by its name, id, the beginning of its id, or its service's own name. */
  find(wanted: string): string | undefined {
    const name = plainName(wanted);
    if (name === "") return undefined;
    const found = [...this.#services].find(([, { details: { Id, Name } }]) =>
      plainName(Name) === name || (/^[0-9a-f]{12,64}$/.test(name) && textOf(Id).startsWith(name))
    );
    return found?.[0] ?? (this.#services.has(name) ? name : undefined);
  }

  /** Whether one service starts after another one. */
  has(service: string, needed: string): boolean {
    return this.#edges.get(service)?.has(needed) === true;
  }

  /** `depends_on`, `links` and `external_links` of one service. */
  parts(service: string, details: ContainerDetails): ComposePart {
    const needed = [...this.#edges.get(service) ?? []];
    const conditions = needed.map((name) => [name, { condition: this.#condition(name) }] as const);
    const isAnyHealthy = conditions.some(([, { condition }]) => condition === "service_healthy");
    return defined({
      depends_on: isAnyHealthy ? Object.fromEntries(conditions) : orNothing(needed),
      ...this.#linkParts(service, details),
    });
  }

  #linkParts(service: string, details: ContainerDetails): ComposePart {
    const found = linksOf(details).map((link) => ({ ...link, service: this.find(link.target) }));
    const inside = found.filter((link) =>
      link.service !== undefined && this.has(service, link.service)
    ).map((link) => link.service === link.alias ? link.alias : `${link.service}:${link.alias}`);
    const outside = found.filter((link) => link.service === undefined)
      .map(({ target, alias }) => `${target}:${alias}`);
    return { links: orNothing([...new Set(inside)]), external_links: orNothing(outside) };
  }

  #condition(service: string): string {
    const { Config } = this.#services.get(service)?.details ?? {};
    const [kind] = textsOf(fieldsOf(Config?.Healthcheck).Test);
    return kind === undefined || kind === "NONE" ? "service_started" : "service_healthy";
  }

  /** A container that names another one of its networks by host is taken to need it. */
  #addHosts(service: string, details: ContainerDetails): void {
    const networks = userNetworks(details);
    for (const { host } of namedHosts(details.Config?.Env)) {
      if (!isContainerLike(host)) continue;
      const found = [...this.#services].find(([name, { details: other }]) =>
        other !== details && reachedAs(name, other).includes(host) &&
        userNetworks(other).some((network) => networks.includes(network))
      );
      this.#need(service, found?.[0]);
    }
  }

  #need(service: string, needed: string | undefined): void {
    if (needed === undefined || needed === service || this.has(service, needed)) return;
    if (this.#reaches(needed, service)) {
      this.notes.push(`${service} and ${needed} need each other: only one can start first`);
      return;
    }
    const edges = this.#edges.get(service) ?? new Set();
    this.#edges.set(service, edges.add(needed));
  }

  #reaches(from: string, to: string): boolean {
    const seen = new Set([from]);
    for (const name of seen) {
      if (name === to) return true;
      for (const next of this.#edges.get(name) ?? []) seen.add(next);
    }
    return false;
  }
}

function sharedContainers({ HostConfig }: ContainerDetails): string[] {
  const { NetworkMode, PidMode, IpcMode } = fieldsOf(HostConfig);
  return [NetworkMode, PidMode, IpcMode].map(sharedContainer).filter((name) => name !== undefined);
}

function linkedContainers(details: ContainerDetails): string[] {
  return linksOf(details).map(({ target }) => target);
}

function namedServices({ Config }: ContainerDetails): string[] {
  return textOf(fieldsOf(Config?.Labels)[COMPOSE_DEPENDENCIES]).split(",")
    .map((entry) => entry.split(":")[0] ?? "");
}

/** `/db:/web/database` on the default bridge, `db:database` elsewhere. */
function linksOf({ HostConfig, NetworkSettings }: ContainerDetails): Link[] {
  const places = Object.values(fieldsOf(NetworkSettings?.Networks)).map(fieldsOf);
  const links = [fieldsOf(HostConfig).Links, ...places.map(({ Links }) => Links)].flatMap(textsOf);
  return links.flatMap((link) => {
    const [, target, alias] = /^\/?([\w.-]+):(?:.*\/)?([\w.-]+)$/.exec(link) ?? [];
    return target === undefined || alias === undefined ? [] : [{ target, alias }];
  });
}

function reachedAs(service: string, { Name, NetworkSettings }: ContainerDetails): string[] {
  const aliases = Object.values(fieldsOf(NetworkSettings?.Networks)).flatMap((place) =>
    textsOf(fieldsOf(place).Aliases)
  );
  return [service, plainName(Name), ...aliases].map((name) => name.toLowerCase());
}
