import assert from "node:assert/strict";
import { containerSideEffects } from "../../src/tools/container_dependants.ts";

const [ANONYMOUS, SHARED] = ["a".repeat(64), "b".repeat(64)];
const WEB = {
  Id: "w",
  State: { Running: true },
  Mounts: [
    { Type: "volume", Name: ANONYMOUS },
    { Type: "volume", Name: SHARED },
    { Type: "volume", Name: "data" },
    { Type: "bind", Source: "/srv" },
  ],
};
const OTHERS = [
  { Id: "w", Names: ["/web"], HostConfig: { NetworkMode: "container:w" }, Mounts: WEB.Mounts },
  { Id: "s", Names: ["/sidecar"], HostConfig: { NetworkMode: "container:w" } },
  { Id: "0123456789abcdef", Names: null, HostConfig: { NetworkMode: "container:w" } },
  { Id: "o", Names: ["/other"], HostConfig: { NetworkMode: "container:x" }, Mounts: [] },
  { Id: "m", Names: ["/mounts"], HostConfig: null, Mounts: [{ Type: "volume", Name: SHARED }] },
];

Deno.test("containerSideEffects() tells who shares the network, and which anonymous volumes nobody else mounts", () => {
  assert.deepEqual(containerSideEffects(WEB, OTHERS, { volumes: true }), [
    "The container is running and will be killed",
    "Container sidecar loses its network: it shares that of this container",
    "Container 0123456789ab loses its network: it shares that of this container",
    "Its anonymous volume aaaaaaaaaaaa goes with all data in it",
  ]);
});

Deno.test("containerSideEffects() tells nothing of volumes that stay, nor of a container that is stopped", () => {
  const stopped = { ...WEB, State: { Running: false } };
  assert.deepEqual(containerSideEffects(stopped, [], { volumes: false }), []);
  assert.deepEqual(containerSideEffects({ Id: "x" }, OTHERS, { volumes: true }), [
    "Container other loses its network: it shares that of this container",
  ]);
});
