import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import type { ContainerSummary } from "../../src/docker/types.ts";
import {
  changedContainer,
  containerNow,
  containerRow,
  isoTime,
  plainName,
  portTexts,
  shortId,
} from "../../src/tools/container_view.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");

Deno.test("shortId() shows twelve digits, also of an image's id and of nothing", () => {
  assert.equal(shortId(ID), "4f1c2d3e4a5b");
  assert.equal(shortId(`sha256:${ID}`), "4f1c2d3e4a5b");
  assert.equal(shortId(null), "");
  assert.equal(shortId(undefined), "");
});

Deno.test("plainName() drops one leading slash", () => {
  assert.deepEqual(["/web", "web", "/a/b", null, undefined].map(plainName), [
    "web",
    "web",
    "a/b",
    "",
    "",
  ]);
});

Deno.test("isoTime() writes whole seconds in UTC", () => {
  assert.equal(isoTime(1_700_000_000), "2023-11-14T22:13:20Z");
});

Deno.test("containerRow() reads a row of Engine 20.10", () => {
  assert.deepEqual(
    containerRow({
      Id: ID,
      Names: ["/db/web", "/web"],
      Image: "nginx:1.29",
      Created: 1_700_000_000,
      State: "running",
      Status: "Up 3 minutes (healthy)",
      Ports: [{ IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" }],
    }),
    {
      id: "4f1c2d3e4a5b",
      name: "web",
      image: "nginx:1.29",
      status: "running",
      created: "2023-11-14T22:13:20Z",
      ports: ["0.0.0.0:8080->80/tcp"],
      health: "healthy",
    },
  );
});

Deno.test("containerRow() tolerates null and missing fields", () => {
  const empty = { id: "", name: "", image: "", status: "unknown" };
  assert.deepEqual(containerRow({}), empty);
  assert.deepEqual(containerRow({ Names: null, Ports: null, Labels: null, Health: null }), empty);
});

Deno.test("containerRow() shortens an image that has lost its tag", () => {
  assert.equal(containerRow({ Image: `sha256:${ID}` }).image, "4f1c2d3e4a5b");
});

Deno.test("containerRow() reads health from the field of Engine 29, else from the status", () => {
  const cases: [ContainerSummary, string | undefined][] = [
    [{ Status: "Up 1 second (health: starting)" }, "starting"],
    [{ Status: "Up 1 hour (unhealthy)" }, "unhealthy"],
    [{ Status: "Up 1 hour (Paused)" }, undefined],
    [{ Status: "Exited (0) 1 hour ago" }, undefined],
    [{ Status: "Up 1 hour (unhealthy)", Health: { Status: "healthy" } }, "healthy"],
    [{ Status: "Up 1 hour", Health: { Status: "none" } }, undefined],
    [{ Health: { Status: "" } }, undefined],
  ];
  for (const [summary, health] of cases) {
    assert.equal(containerRow(summary).health, health, JSON.stringify(summary));
  }
});

Deno.test("portTexts() writes ports as docker ps does, IPv4 and IPv6 wildcards once", () => {
  assert.deepEqual(
    portTexts([
      { PrivatePort: 443, Type: "tcp" },
      { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { IP: "::", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { IP: "::", PrivatePort: 83, PublicPort: 32_768, Type: "tcp" },
      { IP: "", PrivatePort: 81, PublicPort: 81 },
      { IP: "::1", PrivatePort: 53, PublicPort: 53, Type: "udp" },
      { IP: "127.0.0.1", PrivatePort: 82, PublicPort: 0, Type: "tcp" },
    ]),
    [
      "0.0.0.0:8080->80/tcp",
      "0.0.0.0:81->81/tcp",
      "443/tcp",
      "82/tcp",
      "[::1]:53->53/udp",
      "[::]:32768->83/tcp",
    ],
  );
});

Deno.test("containerNow() does not fail where what was done cannot be seen", async () => {
  const signal = new AbortController().signal;
  using gone = createDocker(new FakeTransport());
  const named = { container_id: "web", name: "web" };
  assert.deepEqual(await containerNow(gone, "web", signal), { ...named, status: "removed" });
  const failing = { "GET /containers/{}/json": () => new Response("broken", { status: 500 }) };
  using broken = createDocker(new FakeTransport(failing));
  assert.deepEqual(await containerNow(broken, "web", signal), { ...named, status: "unknown" });
  const cancelled = AbortSignal.abort(new Error("cancelled"));
  await assert.rejects(containerNow(gone, "web", cancelled), /cancelled/);
});

Deno.test("containerNow() tells the exit code of an exited container and the health of a running one", async () => {
  const states = [
    { Status: "exited", ExitCode: 3, Running: false, Health: { Status: "unhealthy" } },
    { Status: "running", ExitCode: 0, Running: true, Health: { Status: "starting" } },
    { Status: "running", Running: true, Health: { Status: "" } },
    null,
  ];
  const expected = [
    { status: "exited", exit_code: 3 },
    { status: "running", health: "starting" },
    { status: "running" },
    { status: "unknown" },
  ];
  for (const [index, State] of states.entries()) {
    const replies = { "GET /containers/{}/json": { Id: ID, Name: "/web", State } };
    using docker = createDocker(new FakeTransport(replies));
    const now = await containerNow(docker, "web", new AbortController().signal);
    assert.deepEqual(now, { container_id: "4f1c2d3e4a5b", name: "web", ...expected[index] });
    changedContainer().parse({ ...now, changed: true });
  }
});
