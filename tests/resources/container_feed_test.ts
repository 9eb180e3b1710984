import assert from "node:assert/strict";
import { createDocker } from "../../src/docker/client.ts";
import { ContainerFeed } from "../../src/resources/container_feed.ts";
import { containerLogsResource } from "../../src/resources/container_logs.ts";
import type { Followed, Resource } from "../../src/resources/resource.ts";
import { FakeTime } from "../fakes/fake_time.ts";
import { FakeTransport } from "../fakes/fake_transport.ts";

interface Fed extends Disposable {
  readonly time: FakeTime;
  readonly feed: ContainerFeed;
  /** When the client was told. */
  readonly told: number[];
  /** When the container was followed. */
  readonly followed: number[];
  readonly failures: unknown[];
  /** What the Engine says of the container. */
  state: Record<string, unknown> | undefined;
}

/** A feed of one container on a fake clock; `follow` takes the place of its log. */
function feedOf(state: Fed["state"], follow: (followed: Followed) => Promise<void>): Fed {
  const time = new FakeTime();
  const [told, followed]: number[][] = [[], []];
  const failures: unknown[] = [];
  const transport = new FakeTransport({
    "GET /containers/c1/json": () =>
      fed.state === undefined
        ? Response.json({ message: "No such container: c1" }, { status: 404 })
        : { Id: "c1", State: fed.state },
  });
  const docker = createDocker(transport);
  const resource: Resource = {
    ...containerLogsResource,
    follow(given) {
      followed?.push(time.now);
      given.opened();
      return follow(given);
    },
  };
  const options = {
    docker,
    id: "c1",
    resource,
    now: () => time.now,
    changed: () => void told?.push(time.now),
    failed: (error: unknown) => void failures.push(error),
  };
  const fed = { time, told: told ?? [], followed: followed ?? [], failures, state };
  const feed = new ContainerFeed(options);
  return Object.assign(fed, {
    feed,
    [Symbol.dispose]() {
      feed[Symbol.dispose]();
      docker[Symbol.dispose]();
      time[Symbol.dispose]();
    },
  });
}

/** A stream that is quiet until it is given up. */
function quiet({ signal }: Followed): Promise<void> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

const RUNNING = { Running: true, StartedAt: "1", FinishedAt: "0" };
const STOPPED = { Running: false, StartedAt: "1", FinishedAt: "2" };

Deno.test("ContainerFeed looks again at a container whose stream breaks, less and less often", async () => {
  using fed = feedOf(RUNNING, () => Promise.reject(new Error("broken")));
  await fed.time.pass(70_000);
  const pauses = fed.followed.slice(1).map((at, index) => at - (fed.followed[index] ?? 0));
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000]);
  assert.equal(fed.failures.length, fed.followed.length);
});

Deno.test("ContainerFeed looks at a stopped container every 30 s, and follows it once it runs", async () => {
  using fed = feedOf(STOPPED, quiet);
  await fed.time.pass(29_000);
  fed.state = { ...RUNNING, StartedAt: "3" };
  await fed.time.pass(900);
  assert.deepEqual([fed.followed, fed.told], [[], []]);
  await fed.time.pass(101);
  assert.deepEqual([fed.followed, fed.told], [[30_000], [30_000]]);
});

Deno.test("ContainerFeed follows a container at once when an event tells of its start", async () => {
  using fed = feedOf(STOPPED, quiet);
  await fed.time.pass(5000);
  fed.state = RUNNING;
  fed.feed.take("exec_start: ls");
  await fed.time.pass(0);
  assert.deepEqual([fed.followed, fed.told], [[], []]);
  fed.feed.take("start");
  await fed.time.pass(0);
  assert.deepEqual([fed.followed, fed.told], [[5000], [5000]]);
});

Deno.test("ContainerFeed tells of a removal once more, a second after the end, and does nothing afterwards", async () => {
  using fed = feedOf(RUNNING, quiet);
  await fed.time.pass(5000);
  fed.feed.take("die");
  await fed.time.pass(10);
  assert.equal(fed.feed.isGone, false);
  fed.feed.take("destroy");
  fed.feed.take("destroy");
  assert.equal(fed.feed.isGone, true);
  await fed.time.pass(60_000);
  fed.feed.take("remove");
  assert.deepEqual([fed.told, fed.followed], [[5000, 6000], [0]]);
  assert.equal(fed.time.pending, 0);
});

Deno.test("ContainerFeed finds out by itself that its container is gone", async () => {
  using fed = feedOf(STOPPED, quiet);
  fed.state = undefined;
  fed.feed.look();
  await fed.time.pass(1000);
  assert.deepEqual([fed.feed.isGone, fed.told.length], [true, 1]);
});

Deno.test("ContainerFeed says when it follows a container again", async () => {
  const resumed: boolean[] = [];
  using fed = feedOf(RUNNING, ({ isResumed }) => {
    resumed.push(isResumed);
    return Promise.resolve();
  });
  await fed.time.pass(3000);
  assert.deepEqual(resumed, [false, true, true]);
});

Deno.test("ContainerFeed is silent once it is disposed, and leaves no timer", async () => {
  const fed = feedOf(RUNNING, quiet);
  await fed.time.settle();
  fed.feed.take("pause");
  fed.feed.take("unpause");
  fed.feed[Symbol.dispose]();
  await fed.feed.ready;
  await fed.time.pass(60_000);
  assert.deepEqual([fed.told.length, fed.time.pending], [1, 0]);
  fed[Symbol.dispose]();
});
