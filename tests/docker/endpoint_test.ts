import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  describeEndpoint,
  type Endpoint,
  type EndpointSources,
  resolveEndpoint,
} from "../../src/docker/endpoint.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { openTransport } from "../../src/docker/transport/open.ts";
import { findWellKnown, wellKnownSockets } from "../../src/docker/well_known.ts";

const NOTHING: EndpointSources = { platform: "linux" };

async function refusal(sources: Partial<EndpointSources>): Promise<DockerError> {
  try {
    await resolveEndpoint({ ...NOTHING, ...sources });
  } catch (error) {
    assert.ok(error instanceof DockerError, String(error));
    return error;
  }
  assert.fail("did not reject");
}

/** A home directory with docker CLI contexts in it. */
class Home implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Home> {
    return new Home(await Deno.makeTempDir({ prefix: "endpoint-" }));
  }

  async write(name: string, content: string): Promise<string> {
    const path = `${this.path}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, content);
    return path;
  }

  async context(name: string, docker: unknown, tlsFiles: readonly string[] = []): Promise<string> {
    const id = createHash("sha256").update(name).digest("hex");
    const meta = JSON.stringify({ Name: name, Endpoints: { docker } });
    await this.write(`.docker/contexts/meta/${id}/meta.json`, meta);
    const tls = `.docker/contexts/tls/${id}/docker`;
    for (const file of tlsFiles) await this.write(`${tls}/${file}`, "PEM");
    return `${this.path}/${tls}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("resolveEndpoint() prefers DOCKER_BASE_URL, then DOCKER_HOST, then contexts", async () => {
  await using home = await Home.make();
  await home.context("chosen", { Host: "unix:///chosen.sock" });
  await home.context("current", { Host: "unix:///current.sock" });
  await home.write(".docker/config.json", '{"currentContext":"current"}');
  const all = {
    ...NOTHING,
    baseUrl: "unix:///base.sock",
    host: "unix:///host.sock",
    context: "chosen",
    home: home.path,
  };
  const chosen: string[] = [];
  const { baseUrl: _, ...withoutBase } = all;
  const { host: __, ...withoutHost } = withoutBase;
  const { context: ___, ...current } = withoutHost;
  for (const sources of [all, withoutBase, withoutHost, current]) {
    chosen.push(describeEndpoint(await resolveEndpoint(sources)));
  }
  assert.deepEqual(chosen, [
    "Using the Engine at unix:///base.sock, because DOCKER_BASE_URL is set.",
    "Using the Engine at unix:///host.sock, because DOCKER_HOST is set.",
    'Using the Engine at unix:///chosen.sock, because DOCKER_CONTEXT is "chosen".',
    `Using the Engine at unix:///current.sock, because the current context is "current" in ` +
    `${home.path}/.docker/config.json.`,
  ]);
});

Deno.test("resolveEndpoint() reads every form of URL", async () => {
  const cases: [string, Partial<Endpoint>][] = [
    ["unix:///run/x.sock", { kind: "unix", path: "/run/x.sock" }],
    ["UNIX:///run/x.sock", { kind: "unix", path: "/run/x.sock" }],
    ["npipe:////./pipe/docker_engine", { kind: "npipe", path: "//./pipe/docker_engine" }],
    ["npipe://\\\\.\\pipe\\docker_engine", { kind: "npipe", path: "//./pipe/docker_engine" }],
    ["tcp://10.0.0.1", { kind: "tcp", hostname: "10.0.0.1", port: 2375 }],
    ["tcp://docker.example:80", { kind: "tcp", hostname: "docker.example", port: 80 }],
    ["http://h:1234/base/", { kind: "tcp", hostname: "h", port: 1234, basePath: "/base" }],
    ["tcp://[fd00::1]:2375", { kind: "tcp", hostname: "fd00::1", port: 2375 }],
    ["localhost:2375", { kind: "tcp", hostname: "localhost", port: 2375 }],
    ["ssh://me@host", { kind: "ssh", hostname: "host", port: 22, url: "ssh://me@host:22" }],
    ["ssh://me:secret@host:2222", { url: "ssh://me@host:2222" }],
    ["  unix:///a.sock ", { path: "/a.sock" }],
  ];
  for (const [host, expected] of cases) {
    const endpoint = await resolveEndpoint({ ...NOTHING, host });
    for (const [field, value] of Object.entries(expected)) {
      assert.equal(endpoint[field as keyof Endpoint], value, `${field} of ${host}`);
    }
    assert.equal(endpoint.tls, undefined);
  }
});

Deno.test("resolveEndpoint() refuses URLs it cannot use, naming the variable", async () => {
  for (
    const host of [
      "unix://relative.sock",
      "unix://",
      "/var/run/docker.sock",
      "docker.sock",
      "fd://",
      "tcp://",
      "tcp://host:99999",
      "tcp://user:pw@host:2375",
      "https://",
    ]
  ) {
    const error = await refusal({ host });
    assert.equal(error.code, "invalid_argument", host);
    assert.match(error.message, /from DOCKER_HOST/);
    assert.doesNotMatch(error.message, /pw/);
  }
});

Deno.test("resolveEndpoint() turns TLS on for DOCKER_TLS_VERIFY and https, not for files alone", async () => {
  await using home = await Home.make();
  const ca = await home.write("certs/ca.pem", "PEM");
  const cert = await home.write("certs/cert.pem", "PEM");
  const key = await home.write("certs/key.pem", "PEM");
  const directory = { certificateDirectory: `${home.path}/certs` };
  const of = async (host: string, tls: EndpointSources["tls"]) =>
    (await resolveEndpoint({ ...NOTHING, host, tls, home: home.path })).tls;
  const whole = { ca, cert, key, skipVerify: false };
  assert.deepEqual(await of("tcp://h:2376", { verify: true, ...directory }), whole);
  assert.deepEqual(await of("https://h", directory), whole);
  assert.equal(await of("tcp://h:2375", { verify: false, ...directory }), undefined);
  assert.equal(await of("unix:///x", { verify: true, ...directory }), undefined);
  assert.deepEqual(await of("tcp://h", { verify: true, ca: "/own/ca.pem", ...directory }), {
    ...whole,
    ca: "/own/ca.pem",
  });
  assert.deepEqual(await of("tcp://h", { verify: true }), { skipVerify: false });
  await home.write(".docker/ca.pem", "PEM");
  const fallback = { ca: `${home.path}/.docker/ca.pem`, skipVerify: false };
  assert.deepEqual(await of("tcp://h", { verify: true }), fallback);
});

Deno.test("resolveEndpoint() reads a context's TLS files and its SkipTLSVerify", async () => {
  await using home = await Home.make();
  const host = { Host: "tcp://10.1.1.1:2376" };
  const files = await home.context("secure", host, ["ca.pem", "cert.pem", "key.pem"]);
  await home.context("open", { ...host, SkipTLSVerify: true });
  await home.context("plain", { ...host, SkipTLSVerify: false });
  const of = (context: string) => resolveEndpoint({ ...NOTHING, context, home: home.path });
  const secure = await of("secure");
  assert.deepEqual(secure.tls, {
    ca: `${files}/ca.pem`,
    cert: `${files}/cert.pem`,
    key: `${files}/key.pem`,
    skipVerify: false,
  });
  assert.match(describeEndpoint(secure), /with TLS and a client certificate/);
  const open = await of("open");
  assert.deepEqual(open.tls, { skipVerify: true });
  assert.match(describeEndpoint(open), /without verifying/);
  const plain = await of("plain");
  assert.equal(plain.tls, undefined);
  assert.match(describeEndpoint(plain), /without TLS/);
});

Deno.test("resolveEndpoint() refuses a context that is missing or names no host", async () => {
  await using home = await Home.make();
  await home.context("kubernetes only", {});
  for (const context of ["nowhere", "kubernetes only"]) {
    const error = await refusal({ context, home: home.path });
    assert.equal(error.code, "invalid_argument");
    assert.match(error.message, new RegExp(`"${context}"`));
    assert.match(error.remedy ?? "", /docker context ls/);
  }
  assert.equal((await refusal({ context: "homeless" })).code, "invalid_argument");
});

Deno.test("findWellKnown() takes the first candidate that is a socket", async () => {
  await using home = await Home.make();
  const file = await home.write("desktop.sock", "a file, no socket");
  const path = `${home.path}/colima.sock`;
  using _colima = Deno.listen({ transport: "unix", path });
  const endpoint = await findWellKnown(NOTHING, [
    { path: `${home.path}/missing.sock`, owner: "nobody" },
    { path: file, owner: "Docker Desktop" },
    { path: `${file}/below/a/file.sock`, owner: "nobody" },
    { path, owner: "Colima" },
    { path: `${home.path}/later.sock`, owner: "OrbStack" },
  ]);
  assert.deepEqual(endpoint, {
    kind: "unix",
    url: `unix://${path}`,
    path,
    chosenBecause: "found the socket of Colima and nothing else was configured",
  });
});

Deno.test("findWellKnown() lists where it looked when there is no Engine", async () => {
  const candidates = [{ path: "/nonexistent/a", owner: "A" }, {
    path: "/nonexistent/b",
    owner: "B",
  }];
  await assert.rejects(findWellKnown(NOTHING, candidates), (error) => {
    assert.ok(error instanceof DockerError && error.code === "unreachable");
    assert.match(error.message, /no socket at \/nonexistent\/a, \/nonexistent\/b$/);
    assert.match(error.remedy ?? "", /DOCKER_HOST/);
    return true;
  });
});

Deno.test("wellKnownSockets() looks at the system's Engine, the user's, then Podman's", () => {
  const sockets = wellKnownSockets({
    platform: "linux",
    home: "/home/me",
    runtimeDirectory: "/run/user/1000",
    uid: 1000,
  });
  const owners = sockets.map(({ owner }) => owner);
  assert.equal(sockets[0]?.path, "/var/run/docker.sock");
  assert.equal(sockets[1]?.path, "/run/user/1000/docker.sock");
  assert.equal(new Set(sockets.map(({ path }) => path)).size, sockets.length);
  for (const owner of ["Docker Desktop", "Colima", "OrbStack", "Rancher Desktop"]) {
    assert.ok(owners.indexOf(owner) > 0, owner);
    assert.ok(owners.indexOf(owner) < owners.indexOf("rootless Podman"), owner);
  }
  assert.deepEqual(wellKnownSockets(NOTHING).map(({ path }) => path), [
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
  ]);
});

Deno.test("resolveEndpoint() takes the well-known sockets for the default context", async () => {
  await using home = await Home.make();
  await home.context("default", { Host: "unix:///never.sock" });
  await home.write(".docker/config.json", '{"currentContext":"default"}');
  for (const context of [undefined, "default"]) {
    const sources: EndpointSources = { platform: "windows", home: home.path, context };
    assert.equal((await resolveEndpoint(sources)).kind, "npipe");
  }
});

Deno.test("resolveEndpoint() takes Docker's pipe on Windows", async () => {
  const endpoint = await resolveEndpoint({ platform: "windows" });
  assert.equal(endpoint.url, "npipe:////./pipe/docker_engine");
});

Deno.test("resolveEndpoint() treats an unreadable or odd config.json as absent", async () => {
  await using home = await Home.make();
  for (const content of ["{", "[]", '{"currentContext":5}', "null"]) {
    await home.write(".docker/config.json", content);
    const sources: EndpointSources = { platform: "windows", home: home.path };
    assert.equal((await resolveEndpoint(sources)).kind, "npipe");
  }
});

Deno.test({
  name: "resolveEndpoint() treats files it may not read as absent",
  permissions: { read: false },
  async fn() {
    const endpoint = await resolveEndpoint({ platform: "windows", home: "/home/somebody" });
    assert.equal(endpoint.kind, "npipe");
    const candidates = [{ path: "/var/run/docker.sock", owner: "the system's Docker Engine" }];
    await assert.rejects(findWellKnown(NOTHING, candidates), { code: "unreachable" });
  },
});

Deno.test("openTransport() refuses ssh, naming what asked for it", async () => {
  const endpoint = await resolveEndpoint({ ...NOTHING, host: "ssh://me@host" });
  await assert.rejects(openTransport(endpoint), (error) => {
    assert.ok(error instanceof DockerError && error.code === "unsupported");
    assert.match(error.message, /DOCKER_HOST is set/);
    return true;
  });
});
