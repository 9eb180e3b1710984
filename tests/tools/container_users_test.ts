import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { networkUsers, volumeUsers } from "../../src/tools/container_users.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

const place = (NetworkID: string) => ({ NetworkID });

const containers = [
  {
    Id: "1",
    Names: ["/runs"],
    State: "running",
    NetworkSettings: { Networks: { shop: place("n1") } },
  },
  {
    Id: "2",
    Names: ["/fresh"],
    State: "created",
    NetworkSettings: { Networks: { shop: place("") } },
  },
  {
    Id: "3",
    Names: ["/twin"],
    State: "exited",
    NetworkSettings: { Networks: { shop: place("n2") } },
  },
  {
    Id: "4",
    Names: ["/renamed"],
    State: "exited",
    NetworkSettings: { Networks: { x: place("n1") } },
  },
  { Id: "5", Names: ["/other"], State: "running", NetworkSettings: { Networks: { x: null } } },
  { Id: "6", Names: ["/mounts"], State: "running", Mounts: [{ Type: "volume", Name: "data" }] },
  { Id: "7", Names: null, State: "exited", Mounts: [{ Destination: "/a" }, { Name: "data" }] },
  { Id: "8", Names: ["/bind"], State: "running", Mounts: [{ Type: "bind", Destination: "data" }] },
  { Id: "9", Names: ["/nothing"], State: "running", Mounts: null, NetworkSettings: null },
];

const { signal } = new AbortController();

Deno.test("networkUsers() finds containers by the network's id, and new ones by its name", async () => {
  const transport = new FakeTransport({ "GET /containers/json": containers });
  using docker = createDocker(transport);
  const users = await networkUsers(docker, { Id: "n1", Name: "shop" }, signal);
  assert.deepEqual(users, [
    { id: "1", name: "runs", status: "running" },
    { id: "2", name: "fresh", status: "created" },
    { id: "4", name: "renamed", status: "exited" },
  ]);
  assert.equal(transport.requests.length, 1);
  const filters = transport.requests[0]?.query.get("filters");
  assert.deepEqual(JSON.parse(filters ?? ""), { network: ["shop", "n1"] });
  assert.equal(transport.requests[0]?.query.get("all"), "true");
});

Deno.test("volumeUsers() finds containers by the volume's name, and by nothing that looks like it", async () => {
  using docker = createDocker(new FakeTransport({ "GET /containers/json": containers }));
  assert.deepEqual((await volumeUsers(docker, "data", signal)).map(({ id }) => id), ["6", "7"]);
});
