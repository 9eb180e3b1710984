import { plainName, shortId } from "../tools/container_view.ts";
import { fieldsOf, textOf, textsOf } from "../tools/security_values.ts";
import type { ComposeDependencies } from "./compose_dependencies.ts";
import type { ComposeContainer } from "./compose_facts.ts";
import { limitParts, privilegeParts } from "./compose_limits.ts";
import { type ComposeNetworks, networkParts } from "./compose_networks.ts";
import { exposedPorts, publishedPorts } from "./compose_ports.ts";
import type { ComposeTexts } from "./compose_secrets.ts";
import {
  type ComposePart,
  defined,
  durationValue,
  isSame,
  objectOrNothing,
  orNothing,
  positive,
  textEntries,
} from "./compose_values.ts";
import { type ComposeVolumes, mountParts } from "./compose_volumes.ts";
import { sharedContainer } from "./network_peers.ts";

/** What the services of one file share. */
export interface ComposeScope {
  readonly dependencies: ComposeDependencies;
  readonly networks: ComposeNetworks;
  readonly volumes: ComposeVolumes;
  readonly texts: ComposeTexts;
}

/** Labels that Compose itself writes, and this server on what it creates. */
const TOOL_LABEL = /^com\.docker\.compose\.|^mcp\.docker\./;
const USUAL_LOG_DRIVER = "json-file";

/** One service: what of a container differs from its image and from what the Engine does by itself. */
export function servicePart(
  service: string,
  container: ComposeContainer,
  scope: ComposeScope,
): ComposePart {
  const { details } = container;
  const { dependencies, texts } = scope;
  return defined({
    image: imageName(container, texts),
    ...commandParts(service, container, texts),
    ...environmentPart(service, container, texts),
    ...placeParts(service, container, scope),
    ...mountParts(container, scope.volumes, texts),
    ...dependencies.parts(service, details),
    ...healthPart(service, container, texts),
    ...limitParts(details),
    ...privilegeParts(details, texts),
    ...loggingPart(service, container, texts),
    ...labelsPart(service, container, texts),
  });
}

/** A tag or digest, even where the container knows its image by id only. */
function imageName({ details, image }: ComposeContainer, texts: ComposeTexts): string {
  const wanted = textOf(details.Config?.Image);
  const names = [...textsOf(image?.RepoTags), ...textsOf(image?.RepoDigests)];
  const name = wanted === "" || wanted.startsWith("sha256:") ? names[0] : wanted;
  return texts.name(name || wanted || textOf(details.Image));
}

function commandParts(
  service: string,
  { details, image }: ComposeContainer,
  texts: ComposeTexts,
): ComposePart {
  const config = fieldsOf(details.Config);
  const ofImage = fieldsOf(image?.Config);
  const hasEntrypoint = !isSame(config.Entrypoint, ofImage.Entrypoint);
  // A new entrypoint makes Compose forget the image's command.
  const hasCommand = !isSame(config.Cmd, ofImage.Cmd) ||
    (hasEntrypoint && textsOf(config.Cmd).length > 0);
  const own = (key: string) =>
    textOf(config[key]) !== textOf(ofImage[key]) && textOf(config[key]) !== ""
      ? texts.name(textOf(config[key]))
      : undefined;
  const seconds = positive(config.StopTimeout);
  return defined({
    entrypoint: hasEntrypoint
      ? texts.words(textsOf(config.Entrypoint), `${service}_entrypoint`)
      : undefined,
    command: hasCommand ? texts.words(textsOf(config.Cmd), `${service}_command`) : undefined,
    user: own("User"),
    working_dir: own("WorkingDir"),
    stop_signal: own("StopSignal"),
    stop_grace_period: seconds === undefined ? undefined : `${seconds}s`,
    tty: config.Tty === true ? true : undefined,
    stdin_open: config.OpenStdin === true ? true : undefined,
  });
}

function environmentPart(
  service: string,
  { details, image }: ComposeContainer,
  texts: ComposeTexts,
): ComposePart {
  const ofImage = new Set(textsOf(fieldsOf(image?.Config).Env));
  const entries = textsOf(details.Config?.Env).filter((entry) => !ofImage.has(entry))
    .flatMap((entry) => {
      const at = entry.indexOf("=");
      return at < 1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)] as const];
    });
  return defined({
    environment: objectOrNothing(
      entries.map(([name, value]) => [name, texts.named(name, value, service)]),
    ),
  });
}

/** Where it is and who reaches it; what the Engine refuses together with somebody else's network is left out. */
function placeParts(
  service: string,
  { details, image }: ComposeContainer,
  scope: ComposeScope,
): ComposePart {
  const host = fieldsOf(details.HostConfig);
  const { texts, networks, dependencies } = scope;
  const mode = textOf(host.NetworkMode);
  const share = (value: unknown) => namespaceOf(value, service, dependencies);
  const shared = ["host", "none"].includes(mode) || sharedContainer(mode) !== undefined;
  const namespaces = { pid: share(host.PidMode), ipc: share(host.IpcMode) };
  const list = (value: unknown) => orNothing(textsOf(value).map((text) => texts.name(text)));
  const resolving = {
    dns: list(host.Dns),
    dns_search: list(host.DnsSearch),
    dns_opt: list(host.DnsOptions),
    extra_hosts: list(host.ExtraHosts),
  };
  if (shared) {
    const extra = mode === "host" ? resolving : {};
    return defined({ network_mode: share(mode), ...namespaces, ...extra });
  }
  const { Hostname, Domainname, MacAddress } = fieldsOf(details.Config);
  const name = textOf(Hostname);
  return defined({
    ...namespaces,
    hostname: name === "" || name === shortId(details.Id) ? undefined : texts.name(name),
    domainname: textOf(Domainname) === "" ? undefined : texts.name(textOf(Domainname)),
    mac_address: textOf(MacAddress) || undefined,
    ports: orNothing(publishedPorts(details)),
    expose: orNothing(exposedPorts(details, image?.Config)),
    networks: networkParts(details, service, { keys: networks.keys, texts }),
    ...resolving,
  });
}

/** `host`, `none`, `service:db` where that one is in the file and starts earlier, else `container:name`. */
function namespaceOf(
  mode: unknown,
  service: string,
  dependencies: ComposeDependencies,
): string | undefined {
  const wanted = sharedContainer(mode);
  if (wanted === undefined) return mode === "host" || mode === "none" ? mode : undefined;
  const found = dependencies.find(wanted);
  return found !== undefined && dependencies.has(service, found)
    ? `service:${found}`
    : `container:${plainName(wanted).replace(/[^\w.-]/g, "_")}`;
}

function healthPart(
  service: string,
  { details, image }: ComposeContainer,
  texts: ComposeTexts,
): ComposePart {
  const check = fieldsOf(details.Config?.Healthcheck);
  const test = textsOf(check.Test);
  const isOfImage = image !== undefined &&
    isSame(check, fieldsOf(fieldsOf(image.Config).Healthcheck));
  if (test.length === 0 || isOfImage) return {};
  if (test[0] === "NONE") return { healthcheck: { disable: true } };
  if (test[0] !== "CMD" && test[0] !== "CMD-SHELL") return {};
  return {
    healthcheck: defined({
      test: texts.words(test, `${service}_healthcheck`),
      interval: durationValue(check.Interval),
      timeout: durationValue(check.Timeout),
      start_period: durationValue(check.StartPeriod),
      retries: positive(check.Retries),
    }),
  };
}

function loggingPart(
  service: string,
  { details }: ComposeContainer,
  texts: ComposeTexts,
): ComposePart {
  const { Type, Config } = fieldsOf(fieldsOf(details.HostConfig).LogConfig);
  const options = textEntries(fieldsOf(Config));
  const driver = textOf(Type);
  if (options.length === 0 && (driver === "" || driver === USUAL_LOG_DRIVER)) return {};
  return {
    logging: defined({
      driver: driver === "" ? undefined : texts.name(driver),
      options: objectOrNothing(
        options.map(([name, value]) => [name, texts.named(name, value, `${service}_log`)]),
      ),
    }),
  };
}

function labelsPart(
  service: string,
  { details, image }: ComposeContainer,
  texts: ComposeTexts,
): ComposePart {
  const ofImage = fieldsOf(fieldsOf(image?.Config).Labels);
  const labels = textEntries(fieldsOf(details.Config?.Labels))
    .filter(([name, value]) => !TOOL_LABEL.test(name) && ofImage[name] !== value);
  return defined({
    labels: objectOrNothing(
      labels.map(([name, value]) => [name, texts.named(name, value, `${service}_label`)]),
    ),
  });
}
