import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { guardTransport } from "../../src/safety/engine_guard.ts";
import { type Gathered, gatherFacts } from "../../src/tools/security_facts.ts";
import { type FakeReply, FakeTransport, hang, type SentRequest } from "../fakes/fake_transport.ts";
import { rules } from "./security_fixtures.ts";
import { toolContext } from "./tool_context.ts";

type Replies = Readonly<Record<string, FakeReply>>;

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Id: `c${index}`, Names: [`/web${index}`] }));
const inspected =
  (changes: Readonly<Record<string, unknown>> = {}): FakeReply => ({ path }: SentRequest) => {
    const id = path.split("/")[2] ?? "";
    return { Id: id, Name: `/${id}`, Image: "sha256:shop", State: { Running: true }, ...changes };
  };
const failure = (status: number, message: string) => () => Response.json({ message }, { status });

/** An Engine with two containers of one image. */
const ENGINE: Replies = {
  "GET /info": { SecurityOptions: [] },
  "GET /version": { Version: "29.5.1" },
  "GET /networks": [],
  "GET /images/json": [],
  "GET /volumes": { Volumes: [] },
  "GET /secrets": [{ ID: "s" }],
  "GET /containers/json": names(2),
  "GET /containers/{}/json": inspected(),
  "GET /containers/{}/top": { Titles: ["PID", "CMD"], Processes: [["1", "sshd -p secret"]] },
  "GET /exec/{}/json": { ProcessConfig: { privileged: true } },
  "GET /images/{}/json": { RepoTags: ["shop:1"] },
  "GET /images/{}/history": [{ CreatedBy: "CMD" }],
};

/** The first endpoint that matches answers, so changes come first. */
function replies(changes: Replies): Replies {
  const rest = Object.entries(ENGINE).filter(([endpoint]) => !(endpoint in changes));
  return { ...changes, ...Object.fromEntries(rest) };
}

interface Gathering extends Gathered {
  readonly requests: readonly string[];
}

async function gather(
  changes: Replies = {},
  scope: { limit?: number; containerId?: string } = {},
): Promise<Gathering> {
  const transport = new FakeTransport(replies(changes));
  using docker = createDocker(guardTransport(transport, { allowPrivileged: false }));
  const gathered = await gatherFacts(toolContext(docker), rules, { limit: 20, ...scope });
  const requests = transport.requests.map(({ method, path }) => `${method} ${path}`);
  return { ...gathered, requests: requests.toSorted() };
}

Deno.test("gatherFacts() asks for each container twice, for an image once, and for nothing it needs not", async () => {
  const { requests, facts, total, notSeen } = await gather();
  assert.deepEqual(requests, [
    "GET /containers/c0/json",
    "GET /containers/c0/top",
    "GET /containers/c1/json",
    "GET /containers/c1/top",
    "GET /containers/json",
    "GET /images/json",
    "GET /images/sha256%3Ashop/history",
    "GET /images/sha256%3Ashop/json",
    "GET /info",
    "GET /networks",
    "GET /version",
  ]);
  assert.deepEqual([total, facts.containers.length, facts.images.length, notSeen], [2, 2, 1, []]);
  assert.deepEqual(facts.containers[0]?.programs, ["sshd"], "arguments may be secrets");
  assert.equal(facts.images[0]?.name, "shop:1");
});

Deno.test("gatherFacts() of one container asks nothing about the others and the daemon", async () => {
  const { requests, facts } = await gather({}, { containerId: "web" });
  assert.deepEqual(requests, [
    "GET /containers/web/json",
    "GET /containers/web/top",
    "GET /images/sha256%3Ashop/history",
    "GET /images/sha256%3Ashop/json",
    "GET /info",
  ]);
  assert.deepEqual([facts.engine, facts.swarm], [undefined, undefined]);
});

Deno.test("gatherFacts() rejects for a container that is not there", async () => {
  const gone = { "GET /containers/{}/json": failure(404, "No such container: web") };
  await assert.rejects(gather(gone, { containerId: "web" }), { code: "not_found" });
});

Deno.test("gatherFacts() looks at the newest containers and tells how many it left out", async () => {
  const many = { "GET /containers/json": names(30) };
  const { facts, total, notSeen } = await gather(many);
  assert.deepEqual([facts.containers.length, total], [20, 30]);
  assert.deepEqual(notSeen, ["10 older containers with their images: raise limit"]);
  assert.equal(facts.engine?.containers.length, 30);
  assert.deepEqual(facts.containers.map(({ name }) => name).at(-1), "c19");
  assert.equal((await gather(many, { limit: 30 })).facts.containers.length, 30);
});

Deno.test("gatherFacts() leaves out what goes or fails in between, and tells it", async () => {
  const { facts, notSeen } = await gather({
    "GET /containers/c0/json": failure(404, "No such container: c0"),
    "GET /networks": failure(500, "boom"),
    "GET /containers/{}/top": failure(409, "it does not run"),
    "GET /images/{}/history": failure(404, "No such image"),
  });
  assert.deepEqual(facts.containers.map(({ name, programs }) => [name, programs]), [[
    "c1",
    undefined,
  ]]);
  assert.equal(facts.engine?.networks, undefined);
  assert.equal(facts.images[0]?.history, undefined);
  assert.deepEqual(
    notSeen.toSorted(),
    [
      "container web0: removed meanwhile",
      "history of image shop: removed meanwhile",
      "the networks: Cannot list networks: Docker said: boom",
    ].toSorted(),
  );
});

Deno.test("gatherFacts() lists volumes once where one is mounted, and sees what is behind", async () => {
  const volume = { Name: "sly", Options: { device: "/etc", o: "bind", type: "none" } };
  const { requests, facts } = await gather({
    "GET /containers/{}/json": inspected({
      Mounts: [{ Type: "volume", Name: "sly", Source: "/v" }],
    }),
    "GET /volumes": { Volumes: [volume] },
  });
  assert.equal(requests.filter((request) => request === "GET /volumes").length, 1);
  assert.deepEqual(facts.containers[0]?.hostMounts, [{ source: "/etc", readOnly: false }]);
});

Deno.test("gatherFacts() asks a manager of a swarm for its secrets, and nobody else", async () => {
  const Swarm = { LocalNodeState: "active", ControlAvailable: true };
  const manager = await gather({ "GET /info": { Swarm } });
  assert.deepEqual(manager.facts.swarm?.secrets, [{ ID: "s" }]);
  const worker = await gather({ "GET /info": { Swarm: { ...Swarm, ControlAvailable: false } } });
  assert.ok(!worker.requests.includes("GET /secrets"));
});

Deno.test("gatherFacts() looks at ten execs of a container at most", async () => {
  const ExecIDs = Array.from({ length: 12 }, (_, index) => `e${index}`);
  const { facts } = await gather({ "GET /containers/{}/json": inspected({ ExecIDs }) });
  assert.equal(facts.containers[0]?.execs.length, 10);
  assert.equal(facts.containers[0]?.execs[0]?.ProcessConfig?.privileged, true);
});

for (
  const stuck of ["GET /info", "GET /networks", "GET /containers/{}/top", "GET /images/{}/json"]
) {
  Deno.test(`gatherFacts() ends at once when it is cancelled while ${stuck} hangs`, async () => {
    const controller = new AbortController();
    const transport = new FakeTransport(replies({
      [stuck]: (request: SentRequest) => {
        queueMicrotask(() => controller.abort(new Error("cancelled")));
        return hang(request);
      },
    }));
    using docker = createDocker(transport);
    const context = toolContext(docker, { signal: controller.signal });
    await assert.rejects(gatherFacts(context, rules, { limit: 20 }), /cancelled/);
    assert.equal(transport.open, 0);
  });
}
