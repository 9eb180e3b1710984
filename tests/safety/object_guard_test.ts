import assert from "node:assert/strict";
import { type GuardPolicy, guardTransport } from "../../src/safety/engine_guard.ts";
import type { MountPolicy } from "../../src/safety/mount_policy.ts";
import { protectionOf } from "../../src/safety/protection_policy.ts";
import { realPathOf } from "../../src/safety/real_path.ts";
import { registryPolicy } from "../../src/safety/registry_policy.ts";
import { type FakeReply, FakeTransport, hang } from "../fakes/fake_transport.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const DONE = () => new Response(null, { status: 204 });
const web = {
  Id: ID,
  Name: "/web",
  Config: { Labels: { keep: "1" }, Hostname: "h" },
  HostConfig: {},
};

/** Sends one request through the guard; answers what reached the Engine, as `METHOD path`. */
async function send(
  request: string,
  { policy = {}, replies = {}, body }: {
    policy?: Partial<GuardPolicy>;
    replies?: Record<string, FakeReply>;
    body?: unknown;
  } = {},
): Promise<{ sent: string[]; refusal: unknown }> {
  const fake = new FakeTransport({
    "GET /containers/{}/json": web,
    "GET /images/{}/json": { Id: `sha256:${ID}`, RepoTags: ["shop:1", "shop:2"] },
    "GET /networks/{}": { Id: ID, Name: "shop_net", Labels: { keep: "1" } },
    "GET /volumes/{}": { Name: "data", Driver: "local" },
    "POST .*": DONE,
    "DELETE .*": DONE,
    ...replies,
  });
  using guarded = guardTransport(fake, { allowPrivileged: false, ...policy });
  const [method = "", path = ""] = request.split(" ");
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const refusal = await guarded.fetch(`/v1.41${path}`, init).then(
    () => undefined,
    (error) => error,
  );
  return { sent: fake.requests.map(({ method, path }) => `${method} ${path}`), refusal };
}

function protecting(...entries: string[]): Partial<GuardPolicy> {
  return { protection: protectionOf({ entries, findOwn: () => undefined }) };
}

const POLICY = { name: "RefusedError", code: "policy" };

async function refuses(...[request, options]: Parameters<typeof send>): Promise<Error> {
  const { sent, refusal } = await send(request, options);
  assert.ok(refusal instanceof Error, `${request} was sent`);
  assert.deepEqual({ name: refusal.name, code: Reflect.get(refusal, "code") }, POLICY);
  assert.ok(sent.every((line) => line.startsWith("GET ")), `${request}: ${sent.join(", ")}`);
  assert.ok(sent.length <= 1, `${request}: ${sent.join(", ")}`);
  return refusal;
}

async function passes(...[request, options]: Parameters<typeof send>): Promise<string[]> {
  const { sent, refusal } = await send(request, options);
  assert.equal(refusal, undefined, request);
  assert.equal(sent.at(-1), request.replace(/\?.*$/, ""));
  return sent.slice(0, -1);
}

const EXEC = { body: { Cmd: ["ls"] } };
const controlling = { "GET /containers/{}/json": { ...web, HostConfig: { Privileged: true } } };

Deno.test("guardTransport() lets nobody start, restart or enter a container that controls the host", async () => {
  for (const [request, verb] of [["start", "start"], ["restart", "restart"]] as const) {
    const { message } = await refuses(`POST /containers/web/${request}`, { replies: controlling });
    assert.equal(
      message,
      `Cannot ${verb} container "web": it controls the host, because it is privileged`,
    );
  }
  await refuses("POST /containers/web/exec", { replies: controlling, ...EXEC });
});

Deno.test("guardTransport() lets such a container be stopped and removed, without a look at it", async () => {
  assert.deepEqual(await passes("POST /containers/web/stop", { replies: controlling }), []);
  assert.deepEqual(await passes("DELETE /containers/web", { replies: controlling }), []);
});

Deno.test("guardTransport() asks nothing where containers that control the host are allowed", async () => {
  const policy = { allowPrivileged: true };
  for (const request of ["POST /containers/web/start", "POST /containers/web/restart"]) {
    assert.deepEqual(await passes(request, { policy, replies: controlling }), []);
  }
  assert.deepEqual(await passes("POST /containers/web/exec", { policy, ...EXEC }), []);
});

Deno.test("guardTransport() looks once at what is started or entered", async () => {
  for (const request of ["POST /containers/web/start", "POST /containers/web/restart"]) {
    assert.deepEqual(await passes(request), ["GET /containers/web/json"]);
    // Protection asks nothing more.
    assert.equal((await passes(request, { policy: protecting("other") })).length, 1);
  }
  assert.equal((await passes("POST /containers/web/exec", EXEC)).length, 1);
});

Deno.test("guardTransport() leaves it to the Engine to say that something is not there", async () => {
  const missing = () => Response.json({ message: "No such container" }, { status: 404 });
  const replies = { "GET /containers/{}/json": missing, "GET /volumes/{}": missing };
  await passes("POST /containers/none/start", { replies });
  await passes("DELETE /volumes/none", { replies, policy: protecting("x") });
});

Deno.test("guardTransport() sends nothing where the Engine does not tell what is named", async () => {
  const broken = { "GET /containers/{}/json": () => new Response("{", { status: 200 }) };
  const failing = {
    "GET /containers/{}/json": () => Response.json({ message: "broken" }, { status: 500 }),
  };
  for (const replies of [broken, failing]) {
    const { sent, refusal } = await send("POST /containers/web/start", { replies });
    assert.equal(Reflect.get(refusal as Error, "code"), "server_error");
    assert.ok(sent.every((line) => line.startsWith("GET ")));
  }
});

Deno.test("guardTransport() looks up within the deadlines it is given", async () => {
  const replies = { "GET /containers/{}/json": hang };
  const policy = { timeouts: { firstByte: 1 } };
  const { sent, refusal } = await send("POST /containers/web/start", { replies, policy });
  assert.match(String(refusal), /Cannot inspect container "web": no answer within 0.001 seconds/);
  assert.deepEqual(sent, ["GET /containers/web/json"]);
});

Deno.test("guardTransport() looks up sixteen objects at a time, however many requests come", async () => {
  const some = Promise.withResolvers<void>();
  let most = 0;
  const fake = new FakeTransport({
    "GET /containers/{}/json": async () => {
      most = Math.max(most, fake.open);
      if (most >= 16) some.resolve();
      await some.promise;
      return web;
    },
    "POST .*": DONE,
  });
  using guarded = guardTransport(fake, { allowPrivileged: false });
  const starts = Array.from(
    { length: 40 },
    () => guarded.fetch("/v1.41/containers/web/start", { method: "POST" }),
  );
  for (const { status } of await Promise.all(starts)) assert.equal(status, 204);
  assert.equal(most, 16);
});

const HARM = [
  "POST /containers/web/stop",
  "POST /containers/web/restart",
  "DELETE /containers/web",
] as const;

Deno.test("guardTransport() spares protected containers, by name, id and label", async () => {
  for (const entry of ["web", ID.slice(0, 12), "label=keep", "label=keep=1"]) {
    for (const request of HARM) {
      const { message } = await refuses(request, { policy: protecting(entry) });
      assert.match(message, /container "web": SAFETY_PROTECTED names it/);
    }
    const policy = protecting(entry);
    await refuses("POST /containers/web/exec", { policy, ...EXEC });
    const body = { Container: "web", Force: true };
    await refuses("POST /networks/shop/disconnect", { policy, body });
  }
  for (const request of HARM) await passes(request, { policy: protecting("other", "label=kee") });
  await passes("POST /containers/web/start", { policy: protecting("web") });
});

Deno.test("guardTransport() finds a protected container by whatever name the call gives", async () => {
  const policy = protecting("web");
  for (const name of [ID, ID.slice(0, 12), "4f1c"]) {
    await refuses(`POST /containers/${name}/stop`, { policy });
  }
});

Deno.test("guardTransport() spares protected images, networks and volumes", async () => {
  for (const entry of ["shop", "shop:2", "docker.io/library/shop", ID.slice(0, 12)]) {
    await refuses("DELETE /images/shop%3A1", { policy: protecting(entry) });
  }
  await passes("DELETE /images/shop%3A1", { policy: protecting("shop:3", "shop2") });
  for (const entry of ["shop_net", "label=keep", ID]) {
    await refuses("DELETE /networks/shop_net", { policy: protecting(entry) });
  }
  await passes("DELETE /networks/shop_net", { policy: protecting("shop") });
  await refuses("DELETE /volumes/data?force=true", { policy: protecting("data") });
  await passes("DELETE /volumes/data", { policy: protecting("data2") });
});

Deno.test("guardTransport() spares a protected volume that would go with its container", async () => {
  const Mounts = [{ Type: "volume", Name: "f".repeat(64) }];
  const replies = { "GET /containers/{}/json": { ...web, Mounts } };
  const policy = protecting("f".repeat(64));
  await refuses("DELETE /containers/web?v=true", { policy, replies });
  await passes("DELETE /containers/web?v=false", { policy, replies });
});

Deno.test("guardTransport() spares the container that the server runs in", async () => {
  const protection = protectionOf({ entries: [], findOwn: () => ({ id: ID }) });
  const { message } = await refuses("POST /containers/web/stop", { policy: { protection } });
  assert.equal(message, 'Cannot stop container "web": this server itself runs in it');
  await passes("DELETE /volumes/data", { policy: { protection } });
});

Deno.test("guardTransport() asks nothing about what is harmed where nothing is protected", async () => {
  const policy = protecting();
  for (
    const request of ["POST /containers/web/stop", "DELETE /containers/web", "DELETE /volumes/data"]
  ) {
    assert.deepEqual(await passes(request, { policy }), []);
  }
});

function creating(
  volume: unknown,
  changes: Record<string, unknown> = {},
): Parameters<typeof send>[1] {
  const mount = { Type: "volume", Source: "data", Target: "/data", ReadOnly: true, ...changes };
  return {
    body: { Image: "a", HostConfig: { Mounts: [mount] } },
    replies: { "GET /volumes/{}": volume },
  };
}

const CREATE = "POST /containers/create";
const bind = (device: string, Options: Record<string, string> = {}) => ({
  Name: "data",
  Driver: "local",
  Options: { type: "none", o: "bind", device, ...Options },
});

Deno.test("guardTransport() mounts no existing volume that is a path of the host in disguise", async () => {
  const disguises = [
    bind("/etc"),
    bind("/"),
    bind("/srv/shop"),
    bind("/var/run/docker.sock", { type: "" }),
    bind("/srv/shop", { o: "ro,rbind" }),
    bind("//etc"),
    bind("/srv/../etc"),
    bind("/etc", { type: "nfs", o: "addr=10.0.0.1,bind" }),
    bind("overlay", { type: "overlay", o: "lowerdir=/etc,upperdir=/u,workdir=/w" }),
    bind("/dev/sda1", { type: "ext4", o: "" }),
    bind("proc", { type: "proc", o: "" }),
    { Name: "data", Options: { device: "/etc" } },
    { Name: "data", Driver: "local-persist", Options: { mountpoint: "/etc" } },
    { Name: "data", Driver: "local-persist", Options: { mountpoint: "/srv/shop" } },
    { Name: "data", Options: { type: "tmpfs", device: "tmpfs", o: "bind" } },
  ];
  for (const volume of disguises) {
    const { message } = await refuses(CREATE, creating(volume));
    assert.match(message, /^volumes: volume "data" cannot be mounted: its options make it /);
  }
});

Deno.test("guardTransport() mounts ordinary volumes, those in memory and shares of the network", async () => {
  const ordinary = [
    { Name: "data", Driver: "local", Options: null },
    { Name: "data", Driver: "local", Options: {} },
    { Name: "data", Driver: "local", Options: { type: "tmpfs", device: "tmpfs", o: "size=64m" } },
    { Name: "data", Driver: "local", Options: { type: "nfs", device: ":/x", o: "addr=10.0.0.1" } },
    { Name: "data", Driver: "local", Options: { type: "cifs", device: "//nas/x", o: "vers=3.0" } },
    { Name: "data", Driver: "local", Options: { type: "tmpfs", device: "tmpfs", o: "relatime" } },
    { Name: "data", Driver: "local", Options: { size: "10G" } },
    { Name: "data", Driver: "cloud", Options: { share: "nas:/vol-1", size: "10" } },
    { Name: "data", Driver: "vieux/sshfs", Options: { IdentityFile: "/root/.ssh/key" } },
    Response.json({ message: "get data: no such volume" }, { status: 404 }),
  ];
  for (const volume of ordinary) {
    assert.deepEqual(await passes(CREATE, creating(volume)), ["GET /volumes/data"]);
  }
  assert.deepEqual(await passes(CREATE, { body: { Image: "a", HostConfig: {} } }), []);
});

Deno.test("guardTransport() mounts a disguised path where the path itself may be mounted", async () => {
  const mounts = {
    readOnlyRoots: ["/srv"],
    writableRoots: [],
    isLocal: () => false,
    realPath: (path: string) => Promise.resolve(path),
  };
  await passes(CREATE, { ...creating(bind("/srv/shop")), policy: { mounts } });
  const writing = creating(bind("/srv/shop"), { ReadOnly: false });
  assert.match(
    (await refuses(CREATE, { ...writing, policy: { mounts } })).message,
    /read-only only/,
  );
});

Deno.test("guardTransport() pulls from and pushes to allowed registries only", async () => {
  const policy = { registries: registryPolicy({ pull: ["docker.io"], push: ["ghcr.io"] }) };
  await passes("POST /images/create?fromImage=redis&tag=7", { policy });
  await refuses("POST /images/create?fromImage=ghcr.io%2Fa&tag=7", { policy });
  await passes("POST /images/ghcr.io%2Fa/push?tag=1", { policy });
  await refuses("POST /images/redis/push?tag=1", { policy });
  await refuses("POST /images/create?fromImage=169.254.169.254%2Fa&tag=1");
  await refuses("POST /images/%5Bfe80%3A%3A1%5D%2Fa/push?tag=1");
  for (const name of ["docker.io%2Fa%zz", "ghcr.io%252Fa", "%5Bbad"]) {
    await refuses(`POST /images/${name}/push?tag=1`, { policy });
  }
});

const volumeOf = (Mounts: unknown, volume: unknown, changes: object = {}) => ({
  "GET /containers/{}/json": { ...web, Mounts, ...changes },
  "GET /volumes/{}": volume,
});
const mounted = (Name: string, RW = true) => [{ Type: "volume", Name, Driver: "local", RW }];
const ENTERING = [
  ["POST /containers/web/start", {}],
  ["POST /containers/web/restart", {}],
  ["POST /containers/web/exec", EXEC],
] as const;

Deno.test("guardTransport() lets nobody start, restart or enter a container with a disguised volume of the host", async () => {
  const overlay = { type: "overlay", o: "lowerdir=/etc,upperdir=/u,workdir=/w" };
  const disguises = [
    [mounted("data"), bind("/"), 'it can reach a container runtime through "/"'],
    [
      mounted("data", false),
      bind("/var/run"),
      'it can reach a container runtime through "/var/run"',
    ],
    [mounted("data"), bind("/etc/cron.d"), 'it can write to "/etc/cron.d" of the host'],
    [
      mounted("data"),
      bind("overlay", overlay),
      'the options of its volume "data" make it a file system of type "overlay"',
    ],
    [
      mounted("data", false),
      bind("/dev/sda1", { type: "ext4", o: "" }),
      'the options of its volume "data" make it a file system of type "ext4"',
    ],
    [
      mounted("data"),
      { Name: "data", Driver: "local-persist", Options: { mountpoint: "/etc" } },
      'it can write to "/etc" of the host',
    ],
    // Named as the Engine names those that nobody named.
    [mounted("f".repeat(64)), bind("/etc"), 'it can write to "/etc" of the host'],
  ] as const;
  for (const [Mounts, volume, why] of disguises) {
    for (const [request, options] of ENTERING) {
      const { sent, refusal } = await send(request, {
        ...options,
        replies: volumeOf(Mounts, volume),
      });
      assert.ok(refusal instanceof Error, `${request} with ${JSON.stringify(volume)}`);
      assert.equal(refusal.message.replace(/^.* because /, ""), why);
      assert.deepEqual(sent.filter((line) => !line.startsWith("GET ")), []);
      assert.equal(sent.length, 2);
    }
  }
});

Deno.test("guardTransport() starts and enters a container with any other volume, at one look for each", async () => {
  const ordinary = [
    [mounted("data"), { Name: "data", Driver: "local", Options: null }],
    [mounted("data"), bind("/srv/shop")],
    [mounted("data", false), bind("/etc/ssl/certs")],
    [mounted("data"), { Name: "data", Driver: "local", Options: { size: "10G" } }],
    [mounted("data"), { Name: "data", Driver: "local-persist", Options: { mountpoint: "/srv" } }],
    [mounted("data"), { Name: "data", Options: { type: "tmpfs", device: "tmpfs" } }],
    [mounted("data"), {
      Name: "data",
      Options: { type: "nfs", device: ":/x", o: "addr=10.0.0.1" },
    }],
    [mounted("data"), Response.json({ message: "get data: no such volume" }, { status: 404 })],
  ] as const;
  for (const [Mounts, volume] of ordinary) {
    for (const [request, options] of ENTERING) {
      const looks = await passes(request, { ...options, replies: volumeOf(Mounts, volume) });
      assert.deepEqual(looks, ["GET /containers/web/json", "GET /volumes/data"]);
    }
  }
});

Deno.test("guardTransport() looks at no volume that decides nothing", async () => {
  const start = "POST /containers/web/start";
  const replies = volumeOf(mounted("data"), bind("/"));
  assert.deepEqual(await passes(start, { replies, policy: { allowPrivileged: true } }), []);
  assert.deepEqual(await passes("POST /containers/web/stop", { replies }), []);
  const others = [{ Type: "volume", Driver: "local" }, { Type: "tmpfs" }, null];
  for (const Mounts of [others, {}, null]) {
    assert.equal((await passes(start, { replies: volumeOf(Mounts, bind("/")) })).length, 1);
  }
  const privileged = volumeOf(mounted("data"), bind("/"), { HostConfig: { Privileged: true } });
  await refuses(start, { replies: privileged }); // at one look
});

Deno.test("guardTransport() knows a container that mounts the Engine's own socket, wherever that is", async () => {
  const mounts = {
    readOnlyRoots: [],
    writableRoots: [],
    isLocal: () => true,
    realPath: (path: string) => Promise.resolve(path),
    engineSocket: () => "/data/engine/sock",
  };
  const Mounts = [{ Type: "bind", Source: "/data/engine", RW: false }];
  const replies = { "GET /containers/{}/json": { ...web, Mounts } };
  await refuses("POST /containers/web/start", { replies, policy: { mounts } });
  await passes("POST /containers/web/start", { replies });
});

Deno.test("guardTransport() connects no protected container to a network", async () => {
  const body = { Container: "web" };
  const { message } = await refuses("POST /networks/shop/connect", {
    policy: protecting("web"),
    body,
  });
  assert.match(message, /^Cannot connect container "web": SAFETY_PROTECTED names it/);
  await passes("POST /networks/shop/connect", { policy: protecting("other"), body });
  assert.deepEqual(await passes("POST /networks/shop/connect", { body }), []);
});

const TAG = "POST /images/other/tag?repo=";
const vault = {
  Id: `sha256:${ID}`,
  RepoTags: ["vault:1", "shop:1"],
  Config: { Labels: { keep: "1" } },
};
const held = { "GET /images/{}/json": vault, "GET /images/json": [vault, { RepoTags: null }] };

Deno.test("guardTransport() takes no name from a protected image by a tag, a pull or a build", async () => {
  const requests = [
    `${TAG}vault&tag=1`,
    `${TAG}docker.io%2Flibrary%2Fvault&tag=1`,
    "POST /images/create?fromImage=vault&tag=1",
    "POST /images/create?fromImage=index.docker.io%2Fvault&tag=1",
    "POST /images/create?fromImage=vault%3A2&tag=1",
    "POST /images/create?fromImage=vault%3A1",
    "POST /images/create?fromImage=library%2Fvault", // every tag
    "POST /build?version=1&t=vault%3A1",
    "POST /build?version=2&t=other%3A1&t=vault%3A1",
  ];
  for (const request of requests) {
    for (const entry of ["vault:1", "vault", "docker.io/library/vault:1"]) {
      const { sent, refusal } = await send(request, { policy: protecting(entry), replies: held });
      assert.ok(refusal instanceof Error, `${request}, ${entry}`);
      assert.match(
        refusal.message,
        /^Cannot take its name from image ".*vault:1": SAFETY_PROTECTED /,
      );
      assert.ok(sent.every((line) => line.startsWith("GET ")));
    }
    for (const entry of ["label=keep=1", ID.slice(0, 12)]) {
      const { refusal } = await send(request, { policy: protecting(entry), replies: held });
      assert.ok(refusal instanceof Error, `${request}, ${entry}`);
    }
  }
});

Deno.test("guardTransport() gives a name that takes nothing from a protected image", async () => {
  const requests = [
    `${TAG}vault&tag=2`,
    `${TAG}shop&tag=1`, // the image is protected by its other name and keeps it
    `${TAG}ghcr.io%2Fvault&tag=1`,
    `POST /images/create?fromImage=vault&tag=sha256%3A${ID}`,
    "POST /images/create?fromImage=shop",
    "POST /build?version=1&t=shop%3A1",
    "POST /build?version=1",
  ];
  for (const request of requests) {
    await passes(request, { policy: protecting("vault:1"), replies: held });
    assert.deepEqual(await passes(request, { replies: held }), []);
  }
  const digest = `POST /images/create?fromImage=vault&tag=sha256%3A${ID}`;
  const byLabel = { policy: protecting("label=keep"), replies: held };
  assert.deepEqual(await passes(digest, byLabel), []);
  const missing = { "GET /images/{}/json": () => Response.json({ message: "x" }, { status: 404 }) };
  const policy = protecting("vault");
  assert.equal((await passes(`${TAG}vault`, { policy, replies: missing })).length, 1);
});

Deno.test("guardTransport() mounts a protected volume read-only at most", async () => {
  const volume = { Name: "data", Driver: "local", Labels: { keep: "1" } };
  for (const entry of ["data", "label=keep"]) {
    const policy = protecting(entry);
    const { message } = await refuses(CREATE, { ...creating(volume, { ReadOnly: false }), policy });
    assert.match(message, /^volumes: volume "data" cannot be mounted writable: SAFETY_PROTECTED /);
    await passes(CREATE, { ...creating(volume), policy });
  }
  const writing = creating(volume, { ReadOnly: false });
  await passes(CREATE, { ...writing, policy: protecting("data2", "label=other") });
});

Deno.test("guardTransport() looks through shared processes at what the other container controls", async () => {
  const containers = (others: Record<string, Record<string, unknown>>) => ({
    "GET /containers/{}/json": ({ path }: { readonly path: string }) => {
      const name = path.split("/")[2] ?? "";
      return Response.json({ Id: ID, Name: `/${name}`, HostConfig: others[name] ?? {} });
    },
  });
  const rows: readonly (readonly [Record<string, Record<string, unknown>>, RegExp])[] = [
    [{ web: { PidMode: "container:db" }, db: { PidMode: "host" } }, /"db", of which it sees every/],
    [{ web: { PidMode: "container:db" }, db: { Privileged: true } }, /"db", of which it is privil/],
    [
      { web: { PidMode: "container:db" }, db: { Binds: ["/run/docker.sock:/s"] } },
      /"db", of which it can reach a container runtime/,
    ],
    [
      {
        web: { PidMode: "container:a" },
        a: { PidMode: "container:b" },
        b: { PidMode: "host" },
      },
      /sees every process of the host/,
    ],
    [{ web: { PidMode: "container:web" } }, /with too many others/],
  ];
  for (const [others, why] of rows) {
    for (const [request, options] of ENTERING) {
      const replies = containers(others);
      const { sent, refusal } = await send(request, { ...options, replies });
      assert.match(String(refusal), why);
      assert.deepEqual(sent.filter((line) => !line.startsWith("GET ")), []);
    }
  }
  const replies = containers({ web: { PidMode: "container:db" }, db: { CapAdd: ["NET_ADMIN"] } });
  const looks = await passes("POST /containers/web/start", { replies });
  assert.deepEqual(looks, ["GET /containers/web/json", "GET /containers/db/json"]);
});

/** A root that containers write to, with a folder beside it that nobody listed. */
async function sharedFolder(): Promise<{ root: string; outside: string } & AsyncDisposable> {
  const tree = await Deno.realPath(await Deno.makeTempDir({ prefix: "mcp-docker-links-" }));
  const [root, outside] = [`${tree}/root`, `${tree}/outside`];
  for (const folder of [`${root}/app`, `${root}/other`, outside]) {
    await Deno.mkdir(folder, { recursive: true });
  }
  return { root, outside, [Symbol.asyncDispose]: () => Deno.remove(tree, { recursive: true }) };
}

Deno.test("guardTransport() starts no container whose mount became a link to elsewhere", async () => {
  await using folder = await sharedFolder();
  const { root, outside } = folder;
  const app = `${root}/app`;
  const roots = (changes: Partial<MountPolicy> = {}): Partial<GuardPolicy> => ({
    mounts: {
      readOnlyRoots: [],
      writableRoots: [root],
      isLocal: () => true,
      realPath: realPathOf,
      ...changes,
    },
  });
  const ours = { ...web, Config: { Labels: { "mcp.docker.owner": "mcp-docker" } } };
  const binds = (details: object, Source = app) => ({
    "GET /containers/{}/json": { ...details, Mounts: [{ Type: "bind", Source, RW: true }] },
  });
  const disguised = {
    "GET /containers/{}/json": { ...web, Mounts: mounted("data") },
    "GET /volumes/{}": bind(app),
  };
  const all = [binds(web), binds(ours), disguised];
  const starts = ["POST /containers/web/start", "POST /containers/web/restart"];
  for (const replies of all) {
    for (const request of starts) await passes(request, { replies, policy: roots() });
  }
  await Deno.rename(app, `${root}/app2`);
  await Deno.symlink(outside, app);
  for (const replies of all) {
    for (const request of starts) {
      for (const allowPrivileged of [false, true]) {
        const policy = { ...roots(), allowPrivileged };
        const { sent, refusal } = await send(request, { replies, policy });
        assert.match(
          String(refusal),
          /Cannot (?:re)?start container "web": .* leads to ".*outside"/,
        );
        assert.deepEqual(sent.filter((line) => !line.startsWith("GET ")), []);
      }
    }
  }
  // Where only this server's own containers matter, and where a container could have changed what a root is.
  const readOnly = roots({ readOnlyRoots: [root], writableRoots: [] });
  await refuses(starts[0] ?? "", { replies: binds(ours), policy: readOnly });
  await passes(starts[0] ?? "", { replies: binds(web), policy: readOnly });
  const nested = roots({ readOnlyRoots: [app], writableRoots: [root, app] });
  await refuses(starts[0] ?? "", { replies: binds(web), policy: nested });
  // Links that people made, and other machines.
  await Deno.remove(app);
  await Deno.symlink("other", app);
  for (const replies of all) await passes(starts[0] ?? "", { replies, policy: roots() });
  await passes(starts[0] ?? "", { replies: binds(web, "/var/run/mysqld"), policy: roots() });
  await Deno.remove(app);
  await Deno.symlink(outside, app);
  const remote = roots({ isLocal: () => false });
  await passes(starts[0] ?? "", { replies: binds(ours), policy: remote });
});
