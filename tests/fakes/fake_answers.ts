import { type FakeReply, frames, lines } from "./fake_transport.ts";

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const done = (): Response => new Response(null, { status: 204 });

const stats = (read: string, cpu: number) => ({
  read,
  cpu_stats: { cpu_usage: { total_usage: cpu }, system_cpu_usage: cpu * 10, online_cpus: 2 },
  precpu_stats: { cpu_usage: { total_usage: 0 }, system_cpu_usage: 0 },
  memory_stats: { usage: 1000, limit: 2000, stats: {} },
  networks: { eth0: { rx_bytes: cpu, tx_bytes: 1 } },
  blkio_stats: { io_service_bytes_recursive: null },
  pids_stats: { current: 1 },
});

/** A good answer to every request that a tool may send, for a fake Engine with one of everything. */
export const goodAnswers: Readonly<Record<string, FakeReply>> = {
  "GET /containers/json": [
    { Id: ID, Names: ["/web"], Image: "nginx", State: "running", Status: "Up", Labels: { a: "b" } },
    { Id: "done", Names: ["/job"], Image: "job", State: "exited", Created: 1, ImageID: "x" },
  ],
  "GET /containers/{}/json": {
    Id: ID,
    Name: "/web",
    State: { Status: "running", Running: true },
    Config: { Env: ["A=b"], Labels: null },
  },
  "GET /containers/{}/logs": () => frames("one\n", "two\n"),
  "GET /containers/{}/stats": () =>
    lines(stats("2026-01-01T00:00:00Z", 10), stats("2026-01-01T00:00:01Z", 20)),
  "GET /containers/{}/top": { Titles: ["PID", "CMD"], Processes: [["1", "nginx"]] },
  "POST /containers/create": () => Response.json({ Id: ID, Warnings: null }, { status: 201 }),
  "POST /containers/{}/start": done,
  "POST /containers/{}/stop": done,
  "POST /containers/{}/restart": done,
  "DELETE /containers/{}": done,
  "POST /containers/{}/exec": () => Response.json({ Id: "e1" }, { status: 201 }),
  "POST /exec/{}/start": () => frames("output\n"),
  "GET /exec/{}/json": { ExitCode: 0, Running: false },
  "GET /images/json": [{ Id: "sha256:dangling", Created: 1, Size: 5 }],
  "GET /images/{}/json": { Id: "sha256:shop", RepoTags: ["shop:old"], Size: 5, Config: null },
  "GET /images/{}/history": [{ Id: "<missing>", Created: 1, CreatedBy: "RUN make", Tags: null }],
  "POST /images/{}/tag": () => new Response(null, { status: 201 }),
  "POST /images/create": () =>
    lines(
      { status: "Pulling from library/redis", id: "7" },
      { status: "Pull complete", id: "4f1c2d3e4a5b", progressDetail: {} },
      { status: `Digest: sha256:${ID}` },
      { status: "Status: Downloaded newer image for redis:7" },
    ),
  "POST /images/{}/push": () =>
    lines(
      { status: "Pushed", id: "4f1c2d3e4a5b", progressDetail: {} },
      { status: `1.2: digest: sha256:${ID} size: 528` },
      { progressDetail: {}, aux: { Tag: "1.2", Digest: `sha256:${ID}`, Size: 528 } },
    ),
  "POST /build": () =>
    lines(
      { stream: "Step 1/1 : FROM scratch\n" },
      { aux: { ID: `sha256:${ID}` } },
      { stream: "Successfully built 4f1c2d3e4a5b\n" },
    ),
  "DELETE /images/{}": [{ Deleted: "sha256:dangling" }],
  "GET /networks": [{ Id: "n1", Name: "unused", Created: "2020-01-01T00:00:00Z" }],
  "GET /networks/{}": { Id: "n1", Name: "unused", Driver: "bridge", IPAM: null, Containers: null },
  "POST /networks/create": () => Response.json({ Id: "n2", Warning: "" }, { status: 201 }),
  "POST /networks/{}/connect": () => new Response(null, { status: 200 }),
  "POST /networks/{}/disconnect": () => new Response(null, { status: 200 }),
  "DELETE /networks/{}": done,
  "GET /volumes": { Volumes: [{ Name: "a".repeat(64), Driver: "local", Labels: null }] },
  "GET /volumes/{}": { Name: "shop_data", Driver: "local", Options: null },
  "POST /volumes/create": () =>
    Response.json({ Name: "shop_data", Driver: "local" }, { status: 201 }),
  "DELETE /volumes/{}": done,
  "GET /info": { Name: "host", ServerVersion: "28.5.0", NCPU: 2, Warnings: null },
  "GET /secrets": [{ ID: "s1", Spec: { Name: "shop_key" } }],
  "GET /version": { Version: "28.5.0", ApiVersion: "1.51" },
  "GET /events": () => lines({ Type: "container", Action: "die", time: 1, Actor: { ID } }),
  "GET /system/df": { LayersSize: 10, Images: null, Volumes: null },
};
