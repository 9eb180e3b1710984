import { BinaryWriter } from "@bufbuild/protobuf/wire";
import assert from "node:assert/strict";
import { type BuildEvent, BuildOutput } from "../../../src/docker/streams/build_output.ts";

function eventsOf(lines: readonly unknown[]): BuildEvent[] {
  const output = new BuildOutput();
  return [...lines.flatMap((line) => output.read(line)), ...output.finish()];
}

function logsOf(lines: readonly unknown[]): string[] {
  return eventsOf(lines).flatMap((event) => event.kind === "log" ? [event.line] : []);
}

function states(lines: readonly unknown[]): string[] {
  return eventsOf(lines).flatMap((event) =>
    event.kind === "step" ? [`${event.position} ${event.instruction}: ${event.state}`] : []
  );
}

const stream = (text: string) => ({ stream: text });

Deno.test("BuildOutput.read() tells the steps of the classic builder", () => {
  const lines = [
    stream("Step 1/3 : FROM busybox"),
    stream("\n"),
    stream(" ---> 73060f2e92ff\nStep 2/3 : RUN a && \tb\n ---> Using cache\n"),
    stream("Step 3/3 : RUN exit 1\n"),
    { errorDetail: { code: 1, message: "it returned 1" }, error: "something shorter" },
  ];
  assert.deepEqual(states(lines), [
    "1/3 FROM busybox: running",
    "1/3 FROM busybox: done",
    "2/3 RUN a && \tb: running",
    "2/3 RUN a && \tb: cached",
    "3/3 RUN exit 1: running",
    "3/3 RUN exit 1: failed",
  ]);
  assert.deepEqual(eventsOf(lines).at(-1), { kind: "failure", reason: "it returned 1" });
});

Deno.test("BuildOutput.read() puts lines together, without colours, and cuts endless ones", () => {
  assert.deepEqual(
    logsOf([stream("a"), stream("b\r\n\n"), stream("\x1b[91merr\n\x1b[0m"), stream("last")]),
    ["ab", "err", "last"],
  );
  const endless = logsOf(Array.from({ length: 100 }, () => stream("x ".repeat(500))));
  assert.deepEqual(endless.map(({ length }) => length), [4095]);
});

Deno.test("BuildOutput.read() tells the image from the line that has its full id, or from Podman's words", () => {
  const id = `sha256:${"a".repeat(64)}`;
  const image = (lines: readonly unknown[]) =>
    eventsOf(lines).filter(({ kind }) => kind === "image");
  assert.deepEqual(image([{ aux: { ID: id } }]), [{ kind: "image", id }]);
  assert.deepEqual(image([{ id: "moby.image.id", aux: { ID: id } }]), [{ kind: "image", id }]);
  assert.deepEqual(image([stream("Successfully built 0123456789ab\n")]), [
    { kind: "image", id: "0123456789ab" },
  ]);
});

Deno.test("BuildOutput.read() leaves the progress of layers out, and lines of unknown form", () => {
  const lines = [
    { status: "Pulling from library/busybox", id: "latest" },
    { status: "Downloading", id: "4f1c2d3e4a5b", progressDetail: { current: 1, total: 2 } },
    { status: "Pull complete", id: "4f1c2d3e4a5b" },
    { status: "Digest: sha256:abc" },
    null,
    7,
    "text",
    {},
    { aux: null },
    { aux: { ID: 7 } },
    { id: "moby.buildkit.trace", aux: { ID: "x" } },
    { error: 7 },
  ];
  assert.deepEqual(logsOf(lines), ["Pulling from library/busybox", "Digest: sha256:abc"]);
  assert.equal(eventsOf(lines).length, 2);
});

interface FakeVertex {
  readonly digest: string;
  readonly name: string;
  readonly started?: boolean;
  readonly completed?: boolean;
  readonly cached?: boolean;
  readonly error?: string;
}

function trace(
  vertexes: readonly FakeVertex[],
  logs: readonly [string, Uint8Array][] = [],
): unknown {
  const writer = new BinaryWriter();
  const time = new BinaryWriter().tag(1, 0).int64(1n).finish();
  for (const { digest, name, started, completed, cached, error } of vertexes) {
    const vertex = new BinaryWriter().tag(1, 2).string(digest).tag(2, 2).string("input");
    vertex.tag(3, 2).string(name);
    if (cached) vertex.tag(4, 0).bool(true);
    if (started) vertex.tag(5, 2).bytes(time);
    if (completed) vertex.tag(6, 2).bytes(time);
    if (error) vertex.tag(7, 2).string(error);
    writer.tag(1, 2).bytes(vertex.tag(99, 2).string("a field of the future").finish());
  }
  writer.tag(2, 2).bytes(new BinaryWriter().tag(1, 2).string("a status").finish());
  for (const [vertex, data] of logs) {
    const log = new BinaryWriter().tag(1, 2).string(vertex).tag(2, 2).bytes(time).tag(3, 0).int64(
      2n,
    );
    writer.tag(3, 2).bytes(log.tag(4, 2).bytes(data).finish());
  }
  return { id: "moby.buildkit.trace", aux: writer.finish().toBase64() };
}

Deno.test("BuildOutput.read() tells the steps of BuildKit once for each state, and no internal work", () => {
  const make = { digest: "a", name: "[build 2/10] RUN make" };
  const lines = [
    trace([make, { digest: "i", name: "[internal] load metadata", started: true }]),
    trace([{ ...make, started: true }]),
    trace([{ ...make, started: true }]),
    trace([{ ...make, started: true, completed: true }]),
    trace([{ ...make, started: true }]),
    trace([{ digest: "b", name: "[linux/amd64 stage-1  3/10] COPY . .", cached: true }]),
    trace([{ digest: "c", name: "[4/10] RUN x", started: true, error: "exit code: 3" }]),
    trace([{
      digest: "d",
      name: "[5/10] RUN y",
      started: true,
      completed: true,
      error: "context canceled",
    }]),
  ];
  assert.deepEqual(states(lines).filter((state) => !state.startsWith("undefined")), [
    "build 2/10 RUN make: running",
    "build 2/10 RUN make: done",
    "linux/amd64 stage-1 3/10 COPY . .: cached",
    "4/10 RUN x: failed",
    "5/10 RUN y: done",
  ]);
  assert.deepEqual(logsOf(lines), [
    "[build 2/10] RUN make",
    "CACHED [linux/amd64 stage-1 3/10] COPY . .",
    "[4/10] RUN x",
    "[5/10] RUN y",
  ]);
});

Deno.test("BuildOutput.read() keeps what side-by-side steps write apart, and characters whole", () => {
  const [first, second] = [[0xe6, 0xbc], [0xa2, 0x0a]].map((bytes) => new Uint8Array(bytes));
  assert.ok(first && second);
  const text = (value: string) => new TextEncoder().encode(value);
  const lines = [
    trace([], [["a", first], ["b", text("other\nrest")]]),
    trace([], [["a", second]]),
  ];
  assert.deepEqual(eventsOf(lines), [
    { kind: "log", step: "b", line: "other" },
    { kind: "log", step: "a", line: "漢" },
    { kind: "log", step: "b", line: "rest" },
  ]);
});

Deno.test("BuildOutput.read() throws for a trace that is none", () => {
  for (const aux of ["%%%", new Uint8Array([0x0a, 0x7f, 0x01]).toBase64()]) {
    assert.throws(() => new BuildOutput().read({ id: "moby.buildkit.trace", aux }));
  }
});
