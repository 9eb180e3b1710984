import assert from "node:assert/strict";
import { compose, type Step } from "../src/compose.ts";

function note(name: string, seen: string[]): Step<string, string> {
  return async (call, next) => {
    seen.push(`${name} in`);
    const result = await next(call);
    seen.push(`${name} out`);
    return result;
  };
}

Deno.test("compose() passes a call through the steps in order and the result back in reverse", async () => {
  const seen: string[] = [];
  const handler = compose([note("a", seen), note("b", seen)], (call: string) => {
    seen.push("run");
    return Promise.resolve(call.toUpperCase());
  });
  assert.equal(await handler("x"), "X");
  assert.deepEqual(seen, ["a in", "b in", "run", "b out", "a out"]);
});

Deno.test("compose() without steps is the handler itself", async () => {
  assert.equal(await compose([], (call: string) => Promise.resolve(call))("x"), "x");
});

Deno.test("compose() lets a step refuse, change and repeat", async () => {
  let runs = 0;
  const run = (call: number) => Promise.resolve((runs++, call));
  const double: Step<number, number> = (call, next) => next(call * 2);
  const twice: Step<number, number> = async (call, next) => await next(call) + await next(call);
  assert.equal(await compose([twice, double], run)(3), 12);
  assert.equal(runs, 2);
  const refuse: Step<number, number> = () => Promise.reject(new Error("no"));
  await assert.rejects(compose([refuse, double], run)(3), /no/);
  assert.equal(runs, 2);
});

Deno.test("compose() passes an error out through every step", async () => {
  const seen: string[] = [];
  const listen: Step<string, string> = async (call, next) => {
    try {
      return await next(call);
    } catch (error) {
      seen.push(String(error));
      throw error;
    }
  };
  const handler = compose([listen, listen], () => Promise.reject(new Error("broken")));
  await assert.rejects(handler("x"), /broken/);
  assert.deepEqual(seen, ["Error: broken", "Error: broken"]);
});
