import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";

interface List {
  readonly networks: {
    readonly id: string;
    readonly name: string;
    readonly driver: string;
    readonly scope: string;
    readonly created?: string;
    readonly subnets?: string[];
    readonly internal?: boolean;
    readonly full_id?: string;
    readonly labels?: Record<string, string>;
    readonly attachable?: boolean;
    readonly enable_ipv6?: boolean;
  }[];
  readonly count: number;
  readonly truncation_info: Record<string, unknown>;
}

interface Details {
  readonly details: {
    readonly Id: string;
    readonly Name: string;
    readonly Labels: Record<string, string>;
    readonly Containers: Record<string, Record<string, string>>;
    readonly ConfigFrom?: unknown;
  };
  readonly truncation_info: Record<string, unknown>;
}

const LIST = "docker_list_networks";
const INSPECT = "docker_inspect_network";

async function make(
  { engine }: EngineServer,
  name: string,
  body: Record<string, unknown> = {},
): Promise<string> {
  const labels = { ...engine.labels, ...body.Labels as Record<string, string> | undefined };
  const request = { Name: name, ...body, Labels: labels };
  const { status, text, json } = await engine.raw("POST", "/networks/create", request);
  assert.equal(status, 201, text);
  return (json as { Id: string }).Id;
}

function pool(subnet: string): Record<string, unknown> {
  return { IPAM: { Config: [{ Subnet: subnet }] } };
}

serverTest(`${LIST} answers short rows by name, more on request`, async (test) => {
  const [first, second] = [uniqueName("a-list"), uniqueName("b-list")];
  await make(test, second, { Internal: true, ...pool("10.199.2.0/29"), Labels: { app: "shop" } });
  const id = await make(test, first, pool("10.199.1.0/29"));
  const short = await test.call<List>(LIST, { filters: test.own });
  assert.deepEqual(short.networks.map(({ name }) => name), [first, second]);
  assert.deepEqual([short.count, short.truncation_info], [2, {}]);
  const { created, ...row } = short.networks[0] ?? {};
  assert.match(created ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(row, {
    id: id.slice(0, 12),
    name: first,
    driver: "bridge",
    scope: "local",
    subnets: ["10.199.1.0/29"],
  });
  assert.equal(short.networks[1]?.internal, true);

  const verbose = await test.call<List>(LIST, { filters: test.own, verbose: true });
  assert.equal(verbose.networks[0]?.full_id, id);
  assert.equal(verbose.networks[1]?.labels?.app, "shop");
  assert.deepEqual(
    [verbose.networks[0]?.attachable, verbose.networks[0]?.enable_ipv6],
    [false, false],
  );
});

serverTest(`${LIST} passes every filter on and refuses others`, async (test) => {
  const { call, callFailing, engine, own } = test;
  const name = uniqueName("filter-apart");
  const id = await make(test, name);
  const busy = uniqueName("filter-busy");
  await make(test, busy);
  const idle = uniqueName("filter-idle");
  await make(test, idle);
  await engine.run("busybox", { hostConfig: { NetworkMode: busy } });
  await engine.create("busybox", { hostConfig: { NetworkMode: idle } });
  const all = [name, busy, idle];
  const names = async (filters: Record<string, unknown>): Promise<string[]> =>
    (await call<List>(LIST, { filters: { ...own, ...filters } })).networks.map(({ name }) => name);
  assert.deepEqual(await names({ name }), [name]);
  assert.deepEqual(await names({ id: id.slice(0, 12) }), [name]);
  assert.deepEqual(await names({ dangling: "true" }), [name]);
  assert.deepEqual(await names({ dangling: ["0"] }), [busy, idle]);
  assert.deepEqual(await names({ driver: "bridge", scope: "local", type: "custom" }), all);
  assert.deepEqual(await names({ type: "builtin" }), []);
  assert.deepEqual(await names({ label: [own.label, "absent"] }), []);
  assert.match(await callFailing(LIST, { filters: { nam: "x" } }), /^nam: .*did you mean "name"/);
  assert.match(await callFailing(LIST, { filters: { name: [] } }), /^filters\.name: /);
  assert.match(
    await callFailing(LIST, { filters: { dangling: "maybe" } }),
    /^filters\.dangling: is neither/,
  );
  assert.match(await callFailing(LIST, { all: true }), /^all: is not an argument/);
});

serverTest(`${LIST} shows the first rows and says how to get the others`, async (test) => {
  for (const name of ["c", "a", "b"]) await make(test, uniqueName(`${name}-cut`));
  const { networks, count, truncation_info } = await test.call<List>(LIST, { filters: test.own });
  assert.deepEqual(networks.map(({ name }) => name.slice(0, 5)), ["a-cut", "b-cut"]);
  assert.equal(count, 3);
  assert.deepEqual(truncation_info, {
    truncated: true,
    original_count: 3,
    truncated_count: 2,
    message: "The first 2 of 3 are shown; narrow the list with filters",
  });
}, { env: { SAFETY_MAX_LIST_RESULTS: "2" } });

serverTest(`${LIST} takes a third of what the Engine says about 100 networks`, async (test) => {
  const { call, engine, own } = test;
  for (let number = 0; number < 100; number++) {
    const Labels = {
      "com.docker.compose.project": `shop${number}`,
      "com.docker.compose.network": "default",
      "com.docker.compose.version": "2.26.1",
    };
    const subnet = `10.199.${32 + (number >> 5)}.${(number & 31) * 8}/29`;
    await make(test, uniqueName(`shop${number}`), { Labels, ...pool(subnet) });
  }
  const filters = encodeURIComponent(JSON.stringify({ label: [own.label] }));
  const raw = await engine.raw("GET", `/networks?filters=${filters}`);
  const list = await call<List>(LIST, { filters: own });
  assert.equal(list.networks.length, 100);
  const share = JSON.stringify(list).length / raw.text.length;
  assert.ok(share <= 1 / 3, `${share}`);
});

serverTest(`${INSPECT} shows who is connected, by name, stopped ones too`, async (test) => {
  const { call, engine } = test;
  const name = uniqueName("inspect");
  const id = await make(test, name, { Labels: { app: "shop" }, ...pool("10.199.3.0/29") });
  const [runs, idle] = [uniqueName("runs"), uniqueName("idle")];
  const hostConfig = { NetworkMode: name };
  const running = await engine.run("busybox", { name: runs, hostConfig });
  const stopped = await engine.create("busybox", { name: idle, hostConfig });
  await engine.run("busybox");

  for (const network_id of [name, id, id.slice(0, 12)]) {
    const { details, truncation_info } = await call<Details>(INSPECT, { network_id });
    assert.deepEqual([details.Id, details.Name, details.Labels.app], [id, name, "shop"]);
    assert.deepEqual(
      Object.keys(details.Containers).sort(),
      [
        running.slice(0, 12),
        stopped.slice(0, 12),
      ].sort(),
    );
    const { MacAddress, ...seen } = details.Containers[running.slice(0, 12)] ?? {};
    assert.match(MacAddress ?? "", /^[0-9a-f:]{17}$/);
    assert.deepEqual(seen, { Name: runs, Status: "running", IPv4Address: "10.199.3.2/29" });
    const asleep = details.Containers[stopped.slice(0, 12)];
    assert.deepEqual(asleep, { Name: idle, Status: "created" });
    assert.deepEqual([details.ConfigFrom, truncation_info], [undefined, {}]);
  }
  const { details } = await call<Details>(INSPECT, { network_id: name, verbose: true });
  assert.equal(details.Containers[running]?.Name, runs);
  assert.notEqual(details.ConfigFrom, undefined);
});

serverTest(`${INSPECT} cuts long fields where that is asked for`, async (test) => {
  const name = uniqueName("long");
  await make(test, name, { Labels: { long: "word ".repeat(400) } });
  const { details, truncation_info } = await test.call<Details>(INSPECT, { network_id: name });
  const { length = 0 } = details.Labels.long ?? {};
  assert.ok(length > 1000 && length <= 1024, String(length));
  assert.deepEqual(truncation_info.truncated_fields, {
    "Labels.long": { original_bytes: 2000, original_size_human: "2.0 KiB" },
  });
}, {
  env: { SAFETY_TRUNCATE_INSPECT_OUTPUT: "true", SAFETY_MAX_INSPECT_FIELD_BYTES: "1024" },
});

serverTest(`${INSPECT} explains what it cannot find`, async (test) => {
  const { callFailing, engine } = test;
  assert.match(
    await callFailing(INSPECT, { network_id: "no-such" }),
    /network no-such not found\. List the networks/,
  );
  for (const network_id of ["", "a/b", "../x", "a b", "%2e%2e", "x".repeat(129), "a\n"]) {
    assert.match(await callFailing(INSPECT, { network_id }), /^network_id: is not a network name/);
  }
  assert.match(await callFailing(INSPECT, {}), /^network_id: is missing, e\.g\. "shop_default"/);
  const name = uniqueName("twice");
  await make(test, name);
  await engine.raw("POST", "/networks/create", { Name: name, Labels: engine.labels });
  assert.match(await callFailing(INSPECT, { network_id: name }), /ambiguous\. .*give the id/);
});
