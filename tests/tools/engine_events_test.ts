import assert from "node:assert/strict";
import { type ProgressNote, serverTest, uniqueName } from "../e2e/engine_server.ts";
import type { TestEngine } from "../engine/fixture.ts";

interface Event {
  readonly time: number;
  readonly Type: string;
  readonly Action: string;
  readonly Actor: {
    readonly ID: string;
    readonly Attributes: Readonly<Record<string, string>>;
  };
}

interface Events {
  readonly events: Event[];
  readonly count: number;
  readonly truncation_info: Record<string, unknown>;
}

const TOOL = "docker_events";

function actionsOf({ events }: Events): string[] {
  return events.map(({ Action }) => Action);
}

/** A container that was created, started, has ended with 9 and was removed. */
async function whole(engine: TestEngine): Promise<string> {
  const id = await engine.run("crash", { name: uniqueName("event"), env: { CODE: "9" } });
  await engine.until(id, ({ Running }) => !Running);
  await engine.remove(id);
  return id;
}

for (const mode of ["legacy", "auto"] as const) {
  serverTest(`${TOOL} answers the recent window where no time is given (${mode})`, async ({
    call,
    engine,
  }) => {
    const id = await whole(engine);
    const answer = await call<Events>(TOOL, { filters: { container: id } });
    const actions = actionsOf(answer);
    for (const action of ["create", "start", "die", "destroy"]) assert.ok(actions.includes(action));
    assert.deepEqual([answer.count, answer.truncation_info], [actions.length, {}]);
    const die = answer.events.find(({ Action }) => Action === "die");
    assert.equal(die?.Actor.ID, id.slice(0, 12));
    assert.equal(die?.Actor.Attributes["exitCode"], "9");
    assert.match(die?.Actor.Attributes["name"] ?? "", /^event-/);
  }, { mode });
}

serverTest(`${TOOL} filters, and shows every attribute when verbose`, async ({
  call,
  callFailing,
  engine,
  own,
}) => {
  const id = await whole(engine);
  const cases: [Record<string, unknown>, string[]][] = [
    [{ type: "container", event: "die" }, ["die"]],
    [{ type: "container", event: ["create", "start"] }, ["create", "start"]],
    [{ image: "mcp-docker-test/nothing" }, []],
    [{ type: "volume" }, []],
    [{ scope: "local", event: "start" }, ["start"]],
  ];
  for (const [filters, expected] of cases) {
    const answer = await call<Events>(TOOL, { filters: { ...own, ...filters } });
    assert.deepEqual(actionsOf(answer), expected, JSON.stringify(filters));
  }
  const { events: [long] } = await call<Events>(TOOL, {
    filters: { container: id, event: "die" },
    verbose: true,
    decode: false,
  });
  assert.equal(long?.Actor.ID, id);
  const [label, value] = own.label.split("=");
  assert.equal(long?.Actor.Attributes[label ?? ""], value);
  const misspelt = await callFailing(TOOL, { filters: { containers: id } });
  assert.match(misspelt, /^containers: is not a key of filters; did you mean "container"\?/);
});

serverTest(`${TOOL} reads a window in every form`, async ({ call, callFailing, engine }) => {
  const early = await whole(engine);
  const { events: [, , die] } = await call<Events>(TOOL, { filters: { container: early } });
  assert.ok(die);
  const now = new Date(die.time * 1000);
  const dayBefore = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
  const filters = { container: early, event: "die" };
  const cases: [Record<string, string>, number][] = [
    [{ since: "10m" }, 1],
    [{ since: dayBefore }, 1],
    [{ since: String(die.time - 1), until: String(die.time + 1) }, 1],
    [{ until: String(die.time + 1) }, 1],
    [{ until: String(die.time - 1) }, 0],
    [{ since: "2h", until: "1h" }, 0],
  ];
  for (const [window, count] of cases) {
    const answer = await call<Events>(TOOL, { filters, ...window });
    assert.equal(answer.count, count, JSON.stringify(window));
  }
  const text = await callFailing(TOOL, { since: "last week" });
  assert.match(text, /^since: "last week" is not a point in time\. Use a duration/);
  const bad = await callFailing(TOOL, { until: "soon" });
  assert.match(bad, /^until: "soon" is not a point in time/);
  const reversed = await callFailing(TOOL, { since: "1h", until: "2h" });
  assert.match(reversed, /^until: lies before since/);
});

serverTest(`${TOOL} waits for new events until a time in the future, with progress`, async ({
  engine,
  own,
  server,
}) => {
  const until = String(Date.now() / 1000 + 3);
  const notes: ProgressNote[] = [];
  const call = server.client.callTool({
    name: TOOL,
    arguments: { since: "0s", until, filters: { ...own, event: "start" } },
  }, { onprogress: (note) => notes.push(note) });
  let ended = false;
  const marked = call.finally(() => ended = true);
  let started = 0;
  while (!ended) {
    const id = await engine.run("busybox", { cmd: ["true"] });
    await engine.until(id, ({ Running }) => !Running);
    started++;
  }
  const { structuredContent } = await marked;
  const { count, events } = structuredContent as unknown as Events;
  assert.ok(Date.now() / 1000 >= Number(until), "it ended before its time");
  assert.ok(count > 0 && count <= started, `${count} of ${started}`);
  assert.ok(events.every(({ Action }) => Action === "start"));
  assert.match(notes[0]?.message ?? "no progress", /^\d+ events$/);
});

serverTest(`${TOOL} keeps the newest 100`, async ({ call, engine }) => {
  const id = await engine.create("busybox", { name: uniqueName("renamed") });
  for (let time = 1; time <= 105; time++) {
    await engine.raw("POST", `/containers/${id}/rename?name=${uniqueName(`round-${time}`)}`);
  }
  const { events, count, truncation_info } = await call<Events>(TOOL, {
    filters: { container: id },
  });
  assert.deepEqual([events.length, count], [100, 106]);
  assert.match(events.at(-1)?.Actor.Attributes["name"] ?? "", /^round-105-/);
  assert.deepEqual(truncation_info, {
    truncated: true,
    original_count: 106,
    truncated_count: 100,
    message: "The newest 100 of 106 are shown; use filters or a shorter window",
  });
});
