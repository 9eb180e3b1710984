import type { ContainerDetails, NetworkDetails } from "../docker/types.ts";
import { plainName, shortId } from "../tools/container_view.ts";
import { fieldsOf, objectsOf, textOf, textsOf } from "../tools/security_values.ts";
import type { ComposeFacts } from "./compose_facts.ts";
import { projectOf, uniqueNames } from "./compose_names.ts";
import type { ComposeTexts } from "./compose_secrets.ts";
import {
  type ComposePart,
  defined,
  objectOrNothing,
  orNothing,
  textEntries,
} from "./compose_values.ts";
import { shownList } from "./material.ts";
import { userNetworks } from "./network_peers.ts";

const COMPOSE_NETWORK = "com.docker.compose.network";
/** The key of the network that Compose makes for every project. */
const DEFAULT = "default";

/** The top-level networks, and what a service calls each of them. */
export interface ComposeNetworks {
  /** Key by the network's name. */
  readonly keys: ReadonlyMap<string, string>;
  readonly part: ComposePart | undefined;
  /** For a person, one sentence each. */
  readonly notes: readonly string[];
}

/** The networks of all containers: those that others use too are `external`, the rest is made anew with its settings. */
export function composeNetworks(
  facts: ComposeFacts,
  project: string | undefined,
  texts: ComposeTexts,
): ComposeNetworks {
  const names = [...new Set(facts.containers.flatMap(({ details }) => userNetworks(details)))];
  const isOwn = (name: string): boolean =>
    project !== undefined && projectOf(facts.networks.get(name)?.Labels) === project;
  const isDefault = (name: string): boolean =>
    isOwn(name) && fieldsOf(facts.networks.get(name)?.Labels)[COMPOSE_NETWORK] === DEFAULT;
  const usual = names.find(isDefault);
  const others = names.filter((name) => name !== usual);
  const wishes = others.map((name) =>
    (isOwn(name) ? textOf(fieldsOf(facts.networks.get(name)?.Labels)[COMPOSE_NETWORK]) : "") || name
  );
  const unique = uniqueNames(wishes, { otherwise: "network", reserved: [DEFAULT] });
  const keys = new Map(others.map((name, index) => [name, unique[index] ?? name]));
  if (usual !== undefined) keys.set(usual, DEFAULT);
  const external = others.filter((name) => !isOwn(name) && isShared(name, facts));
  const parts = [...keys].map(([name, key]) => {
    const network = facts.networks.get(name);
    const part = external.includes(name) || network === undefined
      ? { name: texts.name(name), external: true }
      : networkPart(network, { isStatic: hasStaticAddress(name, facts), texts });
    return [key, part] as const;
  }).filter(([key, part]) => key !== DEFAULT || Object.keys(part).length > 0);
  const made = others.filter((name) => !isOwn(name) && !external.includes(name));
  return {
    keys,
    part: objectOrNothing(parts),
    notes: made.length === 0 ? [] : [
      `Compose makes ${
        shownList(made)
      } anew, under the project's name; a subnet written in the file is free only once the old network is removed`,
    ],
  };
}

/** Whether containers that are not described use a network too; without the list of them nobody knows, and then it stays. */
function isShared(name: string, { containers, others }: ComposeFacts): boolean {
  if (others === undefined) return true;
  const described = new Set(containers.map(({ details }) => details.Id));
  return others.some(({ Id, NetworkSettings }) =>
    !described.has(Id) && Object.hasOwn(fieldsOf(NetworkSettings?.Networks), name)
  );
}

function networkPart(
  { Driver, Internal, Attachable, EnableIPv6, Options, IPAM }: NetworkDetails,
  { isStatic, texts }: { readonly isStatic: boolean; readonly texts: ComposeTexts },
): ComposePart {
  const options = textEntries(fieldsOf(Options));
  const driver = textOf(Driver);
  return defined({
    driver: driver === "" || driver === "bridge" ? undefined : texts.name(driver),
    driver_opts: objectOrNothing(
      options.map(([option, value]) => [option, texts.named(option, value, "network")]),
    ),
    internal: Internal === true ? true : undefined,
    attachable: Attachable === true ? true : undefined,
    enable_ipv6: EnableIPv6 === true ? true : undefined,
    ipam: ipamPart(IPAM, isStatic, texts),
  });
}

/** Subnets that the Engine chose by itself are left to it, as far as one can tell them from those that somebody chose. */
function ipamPart(ipam: unknown, isStatic: boolean, texts: ComposeTexts): ComposePart | undefined {
  const { Driver, Config } = fieldsOf(ipam);
  const driver = textOf(Driver);
  const configs = objectsOf(Config);
  const isChosen = isStatic || configs.some(({ IPRange }) => textOf(IPRange) !== "");
  const text = (value: unknown) => textOf(value) === "" ? undefined : texts.name(textOf(value));
  const parts = configs.map(({ Subnet, Gateway, IPRange }) =>
    defined({ subnet: text(Subnet), ip_range: text(IPRange), gateway: text(Gateway) })
  ).filter(({ subnet }) => subnet !== undefined);
  return objectOrNothing(Object.entries(defined({
    driver: driver === "" || driver === "default" ? undefined : texts.name(driver),
    config: isChosen ? orNothing(parts) : undefined,
  })));
}

function hasStaticAddress(name: string, { containers }: ComposeFacts): boolean {
  return containers.some(({ details }) =>
    Object.keys(addresses(placeOf(details, name))).length > 0
  );
}

function placeOf(
  { NetworkSettings }: ContainerDetails,
  name: string,
): Readonly<Record<string, unknown>> {
  return fieldsOf(fieldsOf(NetworkSettings?.Networks)[name]);
}

/** The addresses that somebody gave it, not those that the Engine chose. */
function addresses({ IPAMConfig }: Readonly<Record<string, unknown>>): ComposePart {
  const { IPv4Address, IPv6Address } = fieldsOf(IPAMConfig);
  return defined({
    ipv4_address: textOf(IPv4Address) || undefined,
    ipv6_address: textOf(IPv6Address) || undefined,
  });
}

/** The networks of one service; undefined for one that is only on the project's own, without settings. */
export function networkParts(
  details: ContainerDetails,
  service: string,
  { keys, texts }: { readonly keys: ReadonlyMap<string, string>; readonly texts: ComposeTexts },
): unknown {
  const own = [
    shortId(details.Id),
    plainName(details.Name),
    service,
    textOf(details.Config?.Hostname),
  ];
  const places = userNetworks(details).map((name) => {
    const place = placeOf(details, name);
    const aliases = [...new Set(textsOf(place.Aliases))].filter((alias) => !own.includes(alias));
    const options = textEntries(fieldsOf(place.DriverOpts));
    const part = defined({
      aliases: orNothing(aliases.map((alias) => texts.name(alias))),
      ...addresses(place),
      driver_opts: objectOrNothing(
        options.map(([option, value]) => [option, texts.named(option, value, service)]),
      ),
    });
    return [keys.get(name) ?? name, part] as const;
  });
  if (places.every(([, part]) => Object.keys(part).length === 0)) {
    const names = places.map(([key]) => key);
    return names.length === 0 || (names.length === 1 && names[0] === DEFAULT) ? undefined : names;
  }
  return Object.fromEntries(places);
}
