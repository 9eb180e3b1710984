import assert from "node:assert/strict";
import fc from "../property.ts";
import type { TransferStep } from "../../src/docker/api/image_transfer.ts";
import type { Progress } from "../../src/tools/tool.ts";
import { TransferProgress } from "../../src/tools/transfer_progress.ts";

const A = "aaaaaaaaaaaa";
const B = "bbbbbbbbbbbb";

/** What is told of these steps, each of which comes a second after the one before. */
function told(steps: readonly TransferStep[]): Progress[] {
  let now = 0;
  const notes: Progress[] = [];
  const progress = new TransferProgress((note) => notes.push(note), () => now);
  for (const step of steps) {
    now += 1000;
    progress.add(step);
  }
  progress.finish();
  return notes;
}

function bytes(id: string, status: string, current: number, total: number): TransferStep {
  return { id, status, progressDetail: { current, total } };
}

Deno.test("TransferProgress counts layers, with fractions for those under way, and bytes", () => {
  const notes = told([
    { id: "7", status: "Pulling from library/redis" },
    { id: A, status: "Pulling fs layer", progressDetail: {} },
    { id: B, status: "Already exists", progressDetail: {} },
    bytes(A, "Downloading", 1_000_000, 4_000_000),
    { id: A, status: "Download complete", progressDetail: {} },
    bytes(A, "Extracting", 2_000_000, 4_000_000),
    { id: A, status: "Pull complete", progressDetail: {} },
    { status: "Status: Downloaded newer image for redis:7" },
  ]);
  assert.deepEqual(notes, [
    { progress: 1, total: 2, message: "1 of 2 layers, 0.0 of 0.0 MB" },
    { progress: 1.12, total: 2, message: "1 of 2 layers, 1.0 of 4.0 MB" },
    { progress: 1.5, total: 2, message: "1 of 2 layers, 4.0 of 4.0 MB" },
    { progress: 1.75, total: 2, message: "1 of 2 layers, 4.0 of 4.0 MB" },
    { progress: 2, total: 2, message: "2 of 2 layers, 4.0 of 4.0 MB" },
  ]);
});

Deno.test("TransferProgress counts the layers of a push, also those that need none", () => {
  const notes = told([
    { id: A, status: "Preparing", progressDetail: {} },
    bytes(A, "Pushing", 5_000_000, 4_000_000),
    { id: A, status: "Pushed", progressDetail: {} },
    { id: B, status: "Mounted from team/base", progressDetail: {} },
    { id: "cccccccccccc", status: "Layer already exists", progressDetail: {} },
  ]);
  assert.deepEqual(notes.map(({ progress, total }) => [progress, total]), [
    [0.99, 1],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

Deno.test("TransferProgress tells nothing twice, nothing too often, and nothing of no layers", () => {
  assert.deepEqual(told([{ status: "Status: Image is up to date for redis:7" }]), []);
  const notes: Progress[] = [];
  const progress = new TransferProgress((note) => notes.push(note), () => 0);
  for (let current = 1; current <= 100; current++) {
    progress.add(bytes(A, "Downloading", current, 100));
  }
  assert.deepEqual(notes, []);
  progress.finish();
  progress.finish();
  assert.deepEqual(notes.map(({ progress }) => progress), [1]);
});

Deno.test("TransferProgress only grows and never passes its total, whatever an Engine says", () => {
  const number = fc.option(fc.integer({ min: -5, max: 1000 }), { nil: undefined });
  const status = fc.constantFrom(
    "Downloading",
    "Extracting",
    "Pushing",
    "Pull complete",
    "Waiting",
  );
  const step = fc.record({
    id: fc.constantFrom(A, B, "latest"),
    status,
    progressDetail: fc.option(fc.record({ current: number, total: number }), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const notes = told(steps as TransferStep[]);
      for (const [index, { progress, total = 0 }] of notes.entries()) {
        assert.ok(progress <= total, JSON.stringify(notes));
        assert.ok(progress > (notes[index - 1]?.progress ?? 0), JSON.stringify(notes));
      }
    }),
  );
});
