import assert from "node:assert/strict";
import type { TransportRequest } from "../../src/docker/transport/transport.ts";
import { guardTransport } from "../../src/safety/engine_guard.ts";

type Sent = [via: "fetch" | "hijack", path: string, method: string | undefined];

/** A guarded transport and what came through. */
function guarded(): { sent: Sent[]; transport: ReturnType<typeof guardTransport> } {
  const sent: Sent[] = [];
  const inner = {
    endpoint: "unix:///fake",
    fetch(path: string, init: TransportRequest = {}) {
      sent.push(["fetch", path, init.method]);
      return Promise.resolve(new Response("{}"));
    },
    hijack(path: string, init: TransportRequest = {}) {
      sent.push(["hijack", path, init.method]);
      return Promise.reject(new Error("no connection"));
    },
    [Symbol.dispose]() {
      sent.push(["fetch", "(disposed)", undefined]);
    },
  };
  return { sent, transport: guardTransport(inner, { allowPrivileged: false }) };
}

const REFUSED = { name: "RefusedError", code: "policy", message: /^Cannot send/ };

/** Refused before anything reaches the Engine. */
async function refuses(method: string | undefined, path: string, body?: unknown): Promise<void> {
  const { sent, transport } = guarded();
  const init = { method, ...(body === undefined ? {} : { body: body as string }) };
  await assert.rejects(transport.fetch(path, init), REFUSED, `${method} ${path}`);
  await assert.rejects(transport.hijack(path, init), REFUSED, `hijack ${method} ${path}`);
  assert.deepEqual(sent, []);
}

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const JSON_BODY = '{"Cmd":["ls"]}';

const allowed: readonly [string, string, string?][] = [
  ["GET", "/_ping"],
  ["HEAD", "/_ping"],
  ["GET", "/version"],
  ["GET", "/info"],
  ["GET", "/events?since=1&filters=%7B%7D"],
  ["GET", "/system/df?type=image"],
  ["GET", "/containers/json?all=true"],
  ["GET", `/containers/${ID}/json`],
  ["GET", "/containers/my_app.1-x/logs?tail=5"],
  ["GET", "/containers/web/stats"],
  ["GET", "/containers/web/top"],
  ["POST", "/containers/create?name=web", '{"Image":"a","HostConfig":{}}'],
  ["POST", "/containers/web/start"],
  ["POST", "/containers/web/stop?t=5"],
  ["POST", "/containers/web/restart"],
  ["DELETE", "/containers/web?force=true&v=true"],
  ["POST", "/containers/web/exec", JSON_BODY],
  ["POST", `/exec/${ID}/start`, '{"Detach":false}'],
  ["GET", `/exec/${ID}/json`],
  ["GET", "/images/json"],
  ["GET", "/images/localhost%3A5000%2Fa%2Fb%3A1/json"],
  ["GET", `/images/sha256%3A${ID}/json`],
  ["GET", "/images/shop%2Fapi%3A1/history"],
  ["GET", "/images/%5B%3A%3A1%5D%3A5000%2Fshop/history"],
  ["POST", "/images/shop/tag?repo=localhost%3A5000%2Fshop&tag=1"],
  ["DELETE", `/images/sha256%3A${ID}`],
  ["POST", "/build?version=2&dockerfile=Dockerfile&t=shop%2Fweb%3A1&rm=true&forcerm=true"],
  [
    "POST",
    "/build?version=1&buildargs=%7B%22A%22%3A%22b%22%7D&labels=%7B%7D&target=a&nocache=true",
  ],
  ["POST", "/images/create?fromImage=localhost%3A5000%2Fa&tag=1&platform=linux%2Farm64"],
  ["POST", "/images/localhost%3A5000%2Fa/push?tag=1"],
  ["GET", "/networks"],
  ["GET", "/networks/shop_default"],
  ["POST", "/networks/create", '{"Name":"shop"}'],
  ["POST", "/networks/shop/connect", '{"Container":"web"}'],
  ["POST", "/networks/shop/disconnect", '{"Container":"web"}'],
  ["DELETE", "/networks/shop"],
  ["GET", "/volumes"],
  ["GET", "/volumes/data"],
  ["POST", "/volumes/create", '{"Name":"data"}'],
  ["DELETE", "/volumes/data"],
  ["GET", "/secrets"],
];

Deno.test("guardTransport() lets every request of its table pass unchanged, with and without version", async () => {
  for (const [method, path, body] of allowed) {
    for (const whole of [path, `/v1.41${path}`]) {
      const { sent, transport } = guarded();
      await transport.fetch(whole, { method, body });
      assert.deepEqual(sent.at(-1), ["fetch", whole, method]);
      // Before it, at most one look at what it names.
      assert.ok(sent.slice(0, -1).every(([, , method]) => method === "GET"), whole);
      assert.ok(sent.length <= 2, whole);
    }
  }
});

Deno.test("guardTransport() takes a fetch without a method for a GET", async () => {
  const { sent, transport } = guarded();
  await transport.fetch("/info");
  assert.equal(sent.length, 1);
  await assert.rejects(transport.fetch("/containers/web/start"), REFUSED);
});

/** Endpoints of the Engine API up to 1.51 that no tool needs. */
const others = `
  POST /containers/prune | POST /images/prune | POST /networks/prune | POST /volumes/prune
  POST /build/prune | POST /build/cancel | POST /commit | POST /auth
  POST /images/load | GET /images/get | GET /images/a/get | GET /images/search
  GET /distribution/a/json
  GET /containers/a/archive | HEAD /containers/a/archive | PUT /containers/a/archive
  GET /containers/a/export | GET /containers/a/changes
  GET /containers/a/attach/ws | POST /containers/a/attach | POST /containers/a/resize
  POST /containers/a/kill | POST /containers/a/pause | POST /containers/a/unpause
  POST /containers/a/rename | POST /containers/a/update | POST /containers/a/wait
  POST /exec/a/resize
  PUT /volumes/a | POST /session | POST /grpc
  GET /plugins | POST /plugins/pull | POST /plugins/a/enable | GET /plugins/privileges
  GET /swarm | POST /swarm/init | POST /swarm/join | GET /nodes | GET /services
  POST /services/create | GET /tasks | GET /secrets/a | POST /secrets/create | GET /configs
  PUT /containers/create | PATCH /containers/a | DELETE /containers | DELETE /images
  DELETE /networks | DELETE /volumes | POST /info | HEAD /containers/json | OPTIONS /info
`.split(/[|\n]/).map((line) => line.trim()).filter((line) => line !== "");

Deno.test("guardTransport() refuses every other endpoint of the Engine", async () => {
  for (const request of others) {
    const [method, path = ""] = request.split(" ");
    await refuses(method, path);
    await refuses(method, `/v1.51${path}`);
  }
});

Deno.test("guardTransport() refuses arguments of the ps that the Engine runs on its host", async () => {
  await refuses("GET", "/containers/a/top?ps_args=-eo%20pid,args");
});

Deno.test("guardTransport() refuses paths that mean another endpoint once they are resolved", async () => {
  const paths = [
    "/containers/../plugins",
    "/containers/a/../../plugins/json",
    "/containers/./json",
    "/containers/%2e%2e/json",
    "/containers/.%2E/json",
    "/containers/a%2f..%2f..%2fplugins/json",
    "/containers/a%2Fjson",
    "/containers/a%00/json",
    "/containers/a%3fb/json",
    "/containers/a\\..\\x/json",
    "/containers/a b/json",
    "/containers/a\n/json",
    "/containers/a/json\n",
    "/containers//json",
    "/containers/a/json/",
    "//containers/a/json",
    "/containers/a/json/../../../plugins",
    "/images/a%2f..%2f..%2fplugins/json",
    "/images/a/b/json",
    "/images/%2e%2e/json",
    "http://evil.example/info",
    "//evil.example/info",
    "@evil.example/info",
    "/infо",
    "/INFO",
    "info",
    "",
    "/",
  ];
  for (const path of paths) await refuses("GET", path);
});

Deno.test("guardTransport() is not deceived by a query, a fragment or a version", async () => {
  const paths = [
    "/plugins?/info",
    "/plugins#/info",
    "/plugins?x=\n/info",
    "/v1.41/plugins",
    "/v1.41/v1.41/info",
    "/v1/info",
    "/v1.41x/info",
    "/v1.41",
    "/version1.41/info",
    "/../v1.41/info",
  ];
  for (const path of paths) await refuses("GET", path);
  for (const method of ["get", "Post", " GET", "GET /info\nPOST"]) await refuses(method, "/info");
});

Deno.test("guardTransport() refuses a create whose body it cannot judge", async () => {
  const bytes = new TextEncoder().encode("{}");
  const twice = '{"HostConfig":{"Mounts":[{"Type":"bind","Source":"/"}]},"HostConfig":{}}';
  const bodies = [undefined, null, bytes, new Blob([bytes]).stream(), "", "{", "{} ", twice];
  const paths = ["/containers/create", "/containers/web/exec", "/volumes/create"];
  const networks = ["create", "shop/connect", "shop/disconnect"].map((path) => `/networks/${path}`);
  for (const path of [...paths, ...networks]) {
    for (const body of bodies) await refuses("POST", path, body);
  }
});

Deno.test("guardTransport() refuses a pull or push with anything but its own parameters", async () => {
  const queries = [
    "fromSrc=http%3A%2F%2Fevil.example%2Fa.tar",
    "fromSrc=-",
    "fromImage=a&fromSrc=-",
    "fromImage=a&repo=b",
    "fromImage=a&changes=ENV+A%3Db",
    "fromImage=a&message=b",
    "FromSrc=-",
    "fromImage=a;fromSrc=-",
    "fromImage=a&&fromSrc=-",
    "fromImage=a%26fromSrc=-",
    "fromImage=a&fromSrc",
    "fromImage=a&%66romSrc=-",
    "fromImage=a?fromSrc=-",
    "fromImage=a#&fromSrc=-",
  ];
  for (const query of queries) {
    await refuses("POST", `/images/create?${query}`);
    await refuses("POST", `/v1.41/images/create?${query}`);
    await refuses("POST", `/images/a/push?${query}`);
  }
});

Deno.test("guardTransport() refuses a build with anything that reaches beyond a build", async () => {
  const parameters = [
    "remote=https%3A%2F%2Fevil.example%2Fa.git",
    "networkmode=host",
    "extrahosts=registry%3A6.6.6.6",
    "cgroupparent=%2F",
    "shmsize=1",
    "memory=1",
    "ulimits=%5B%5D",
    "squash=true",
    "outputs=%5B%5D",
    "session=a",
    "cachefrom=%5B%22a%22%5D",
    "securityopt=a",
    "isolation=process",
    "Remote=a",
    "dockerfile=a&;remote=b",
  ];
  for (const parameter of parameters) {
    await refuses("POST", `/build?${parameter}`);
    await refuses("POST", `/v1.41/build?version=2&${parameter}`);
  }
});

Deno.test("guardTransport() refuses a pull with a form, whose fields are parameters to the Engine", async () => {
  const { sent, transport } = guarded();
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const init = { method: "POST", headers: form, body: "fromSrc=-" };
  await assert.rejects(transport.fetch("/images/create?fromImage=a", init), REFUSED);
  assert.deepEqual(sent, []);
});

Deno.test("guardTransport() judges the body of a create and of an exec by the policy", async () => {
  const { sent, transport } = guarded();
  const send = (path: string, body: unknown) =>
    transport.fetch(path, { method: "POST", body: JSON.stringify(body) });
  const refused = { code: "policy" };
  const privileged = { Image: "a", HostConfig: { Privileged: true } };
  await assert.rejects(send("/v1.41/containers/create?name=x", privileged), refused);
  await assert.rejects(send("/containers/web/exec", { Cmd: ["x"], Privileged: true }), refused);
  const bind = { type: "none", o: "bind", device: "/" };
  await assert.rejects(send("/v1.41/volumes/create", { Name: "ab", DriverOpts: bind }), refused);
  const lan = { Name: "shop", Driver: "macvlan", Options: { parent: "eth0" } };
  await assert.rejects(send("/networks/create", lan), refused);
  const mac = { Container: "web", EndpointConfig: { MacAddress: "02:42:ac:11:00:02" } };
  await assert.rejects(send("/networks/shop/connect", mac), refused);
  await assert.rejects(send("/networks/shop/disconnect", { Container: "../x" }), refused);
  assert.deepEqual(sent, []);
});

Deno.test("guardTransport() refuses a body that an authorization plugin would not see whole", async () => {
  const { sent, transport } = guarded();
  const create = (value: string) =>
    transport.fetch("/containers/create", {
      method: "POST",
      body: JSON.stringify({ Image: "a", Env: [`A=${value}`] }),
    });
  await create("x".repeat(999_000));
  await create("é".repeat(499_000));
  assert.equal(sent.length, 2);
  const tooLarge = { code: "policy", message: /its body has more than 1000000 bytes$/ };
  await assert.rejects(create("x".repeat(1_000_001)), tooLarge);
  await assert.rejects(create("é".repeat(500_001)), tooLarge);
  assert.equal(sent.length, 2);
});

Deno.test("guardTransport() refuses a create with anything but its own parameters", async () => {
  const body = '{"Image":"a"}';
  const { transport } = guarded();
  await transport.fetch("/containers/create?name=web&platform=linux%2Fs390x", {
    method: "POST",
    body,
  });
  for (const query of ["x=1", "name=a&Name=b", "name=a;b", "fromSrc=-"]) {
    await refuses("POST", `/containers/create?${query}`, body);
  }
});

Deno.test("guardTransport() guards a hijack, names the same Engine and disposes what it wraps", async () => {
  const { sent, transport } = guarded();
  await assert.rejects(transport.hijack("/exec/a/start"), /no connection/);
  assert.deepEqual(sent, [["hijack", "/exec/a/start", undefined]]);
  assert.equal(transport.endpoint, "unix:///fake");
  transport[Symbol.dispose]();
  assert.equal(sent.length, 2);
});
