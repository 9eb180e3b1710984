import assert from "node:assert/strict";
import fc from "../../property.ts";
import { DockerError } from "../../../src/docker/errors.ts";
import { demux, type OutputStream } from "../../../src/docker/streams/demux.ts";
import { frame } from "../../fakes/fake_engine.ts";

interface Drained {
  readonly stdout: number[];
  readonly stderr: number[];
  /** The streams in the order in which they took turns. */
  readonly turns: OutputStream[];
  readonly pieces: number;
  readonly error: unknown;
}

async function drain(chunks: Iterable<Uint8Array>): Promise<Drained> {
  const stdout: number[] = [];
  const stderr: number[] = [];
  const turns: OutputStream[] = [];
  let pieces = 0;
  let error: unknown;
  try {
    for await (const { stream, data } of demux(asyncly(chunks))) {
      (stream === "stdout" ? stdout : stderr).push(...data);
      if (data.length > 0 && turns.at(-1) !== stream) turns.push(stream);
      pieces++;
    }
  } catch (caught) {
    error = caught;
  }
  return { stdout, stderr, turns, pieces, error };
}

async function* asyncly(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(frames.flatMap((bytes) => [...bytes]));
}

/** Cuts `bytes` into pieces of the given sizes, over and over. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let turn = 0;
  for (let position = 0; position < bytes.length;) {
    const size = sizes[turn++ % sizes.length] ?? 1;
    yield bytes.slice(position, position + size);
    position += size;
  }
}

const frames = fc.array(
  fc.record({ type: fc.constantFrom(0, 1, 2), data: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 12 },
);
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });

Deno.test("demux() yields the same output however the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(frames, sizes, async (sent, cuts) => {
      const bytes = joined(sent.map(({ type, data }) => frame(type, data)));
      const drained = await drain(cut(bytes, cuts));
      const of = (wanted: (type: number) => boolean) =>
        sent.filter(({ type }) => wanted(type)).flatMap(({ data }) => [...data]);
      assert.equal(drained.error, undefined);
      assert.deepEqual(drained.stdout, of((type) => type !== 2));
      assert.deepEqual(drained.stderr, of((type) => type === 2));
      const turns = sent.filter(({ data }) => data.length > 0)
        .map(({ type }) => type === 2 ? "stderr" : "stdout");
      assert.deepEqual(drained.turns, turns.filter((turn, at) => turn !== turns[at - 1]));
    }),
  );
});

Deno.test("demux() delivers what arrived of a stream that is cut, then reports it incomplete", async () => {
  const bytes = joined([frame(1, "hello"), frame(2, "world")]);
  for (let length = 0; length <= bytes.length; length++) {
    const { stdout, stderr, error } = await drain([bytes.subarray(0, length)]);
    const whole = length === 0 || length === 13 || length === 26;
    assert.equal(
      error instanceof DockerError ? error.code : error,
      whole ? undefined : "incomplete",
    );
    assert.equal(stdout.length, Math.min(Math.max(length - 8, 0), 5));
    assert.equal(stderr.length, Math.min(Math.max(length - 21, 0), 5));
  }
});

Deno.test("demux() refuses a frame of unknown type after delivering the frames before", async () => {
  for (const type of [3, 7, 255]) {
    const { stdout, error } = await drain([joined([frame(1, "good"), frame(type, "evil")])]);
    assert.equal(new TextDecoder().decode(new Uint8Array(stdout)), "good");
    assert.ok(error instanceof DockerError);
    assert.match(error.message, new RegExp(`unknown type ${type}`));
  }
});

Deno.test("demux() passes on what comes of a frame that claims four gigabytes", async () => {
  const { stdout, error } = await drain([frame(1, "not so much", 0xffff_ffff)]);
  assert.equal(stdout.length, 11);
  assert.equal(error instanceof DockerError && error.code, "incomplete");
});

Deno.test("demux() yields a frame as often as pieces of it arrive, without collecting", async () => {
  const { pieces } = await drain(cut(frame(1, "x".repeat(1000)), [100]));
  assert.equal(pieces, 11);
});

Deno.test("demux() ends its source when its consumer stops", async () => {
  let ended = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield frame(1, "again");
    } finally {
      ended = true;
    }
  }
  for await (const _ of demux(source())) break;
  assert.equal(ended, true);
});
