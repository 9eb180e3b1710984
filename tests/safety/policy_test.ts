import assert from "node:assert/strict";
import { resources, tools } from "../../src/catalog.ts";
import { authorize, refusalOf, type ToolPolicy } from "../../src/safety/policy.ts";
import type { Tool, ToolCall } from "../../src/tools/tool.ts";
import { callOf } from "./tool_call.ts";

const open: ToolPolicy = { allowModerate: true, allowDestructive: true, deniedTools: [] };

function tool(name: string): Tool {
  const found = tools.find((tool) => tool.name === name);
  assert.ok(found, name);
  return found;
}

function offered(policy: Partial<ToolPolicy>): string[] {
  return tools.filter((tool) => refusalOf(tool, { ...open, ...policy }) === undefined)
    .map(({ name }) => name);
}

const named = (safety: Tool["safety"]): string[] =>
  tools.filter((tool) => tool.safety === safety).map(({ name }) => name);

Deno.test("refusalOf() allows by tier", () => {
  assert.equal(offered({}).length, tools.length);
  assert.deepEqual(offered({ allowModerate: false, allowDestructive: false }), named("safe"));
  const noDeletion = offered({ allowDestructive: false });
  assert.deepEqual(new Set(noDeletion), new Set([...named("safe"), ...named("moderate")]));
  const noModerate = offered({ allowModerate: false });
  assert.deepEqual(new Set(noModerate), new Set([...named("safe"), ...named("destructive")]));
});

Deno.test("refusalOf() allows only what an allow list names; an empty one allows nothing", () => {
  assert.deepEqual(offered({ allowedTools: ["docker_version"] }), ["docker_version"]);
  assert.deepEqual(offered({ allowedTools: [] }), []);
  assert.deepEqual(offered({ allowedTools: undefined }).length, tools.length);
});

Deno.test("refusalOf() does not let an allow list lift a tier", () => {
  const allowedTools = ["docker_system_prune", "docker_stop_container"];
  assert.deepEqual(offered({ allowedTools, allowModerate: false, allowDestructive: false }), []);
});

Deno.test("refusalOf() lets a deny list win over everything", () => {
  const policy = { ...open, allowedTools: ["docker_version"], deniedTools: ["docker_version"] };
  assert.match(refusalOf(tool("docker_version"), policy)?.message ?? "", /denied by configuration/);
});

Deno.test("refusalOf() says which setting decides, and that trying again is no use", () => {
  const cases: [string, Partial<ToolPolicy>, RegExp, RegExp][] = [
    ["docker_version", { deniedTools: ["docker_version"] }, /denied/, /SAFETY_DENIED_TOOLS/],
    ["docker_version", { allowedTools: [] }, /not in allow list/, /SAFETY_ALLOWED_TOOLS/],
    ["docker_stop_container", { allowModerate: false }, /read-only mode/, /ALLOW_MODERATE/],
    ["docker_system_prune", { allowDestructive: false }, /not allowed/, /ALLOW_DESTRUCTIVE/],
  ];
  for (const [name, policy, message, remedy] of cases) {
    const refusal = refusalOf(tool(name), { ...open, ...policy });
    assert.equal(refusal?.code, "not_allowed");
    assert.match(refusal.message, message);
    assert.match(refusal.remedy ?? "", remedy);
    assert.match(refusal.remedy ?? "", /^Do not retry: /);
  }
});

Deno.test("refusalOf() refuses a resource where its own list or the tool that shows the same says so", () => {
  for (const { name, read, list } of resources) {
    const tool = `docker_${name}`;
    const message = (policy: Partial<ToolPolicy>): string | undefined =>
      refusalOf(read, { ...open, ...policy })?.message;
    assert.equal(message({ allowModerate: false }), undefined);
    assert.equal(message({ allowedTools: [tool], allowedResources: [name] }), undefined);
    assert.match(message({ deniedTools: [tool] }) ?? "", new RegExp(`^${tool} is denied`));
    assert.match(message({ allowedTools: [name] }) ?? "", new RegExp(`^${tool} is not in allow`));
    assert.match(message({ allowedResources: [tool] }) ?? "", new RegExp(`^${name} is not in`));
    const listing = refusalOf(list, { ...open, deniedTools: ["docker_list_containers"] });
    assert.match(listing?.message ?? "", /^docker_list_containers is denied/);
  }
});

Deno.test("authorize() passes what is allowed and stops the rest before it goes further", async () => {
  const step = authorize({ ...open, allowModerate: false });
  const passed: string[] = [];
  const next = (call: ToolCall) => {
    passed.push(call.operation.name);
    return Promise.resolve({});
  };
  await step(callOf(tool("docker_version")), next);
  const refused = step(callOf(tool("docker_stop_container")), next);
  await assert.rejects(refused, { code: "not_allowed" });
  assert.deepEqual(passed, ["docker_version"]);
});
