import assert from "node:assert/strict";
import { tools } from "../../src/catalog.ts";
import { confirm, type Confirmation } from "../../src/safety/confirm.ts";
import { callOf } from "./tool_call.ts";

/** Whether a call of each tool passes. */
async function passing(confirmation: Confirmation): Promise<Map<string, boolean>> {
  const passed = new Map<string, boolean>();
  for (const tool of tools) {
    passed.set(tool.name, false);
    const next = () => {
      passed.set(tool.name, true);
      return Promise.resolve({});
    };
    const call = confirm(confirmation)(callOf(tool), next);
    if (tool.safety === "destructive" && confirmation !== false) {
      await assert.rejects(call, {
        name: "RefusedError",
        code: "confirmation_required",
        remedy: /SAFETY_REQUIRE_CONFIRMATION_FOR_DESTRUCTIVE=false/,
      });
    } else await call;
  }
  return passed;
}

for (const confirmation of [true, "human"] as const) {
  Deno.test(`confirm() stops exactly the destructive calls under ${confirmation}`, async () => {
    const passed = await passing(confirmation);
    for (const { name, safety } of tools) {
      assert.equal(passed.get(name), safety !== "destructive", name);
    }
  });
}

Deno.test("confirm() lets everything pass where no confirmation is asked for", async () => {
  assert.deepEqual([...(await passing(false)).values()].filter((passed) => !passed), []);
});
