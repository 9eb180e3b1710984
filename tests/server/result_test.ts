import assert from "node:assert/strict";
import { DockerError } from "../../src/docker/errors.ts";
import { explain, toErrorResult, toResult } from "../../src/server/result.ts";
import { RefusedError } from "../../src/tools/refused.ts";

Deno.test("toResult() carries the same object as structure and as compact JSON text", () => {
  const output = { containers: [{ id: "a" }], count: 1, notice: "größe" };
  const { content, structuredContent, isError } = toResult(output);
  assert.equal(structuredContent, output);
  assert.deepEqual(content, [{ type: "text", text: JSON.stringify(output) }]);
  assert.equal(isError, undefined);
});

Deno.test("toErrorResult() is marked as an error and has all of it in the text", () => {
  const error = new RefusedError("policy", "No such thing", "Do another");
  assert.deepEqual(toErrorResult(error, "docker_x"), {
    isError: true,
    content: [{ type: "text", text: "No such thing. Do another." }],
  });
});

Deno.test("explain() says what happened and what to do next, in sentences", () => {
  const cases: [unknown, string][] = [
    [
      new DockerError("not_found", "Cannot x: gone", { remedy: "List them" }),
      "Cannot x: gone. List them.",
    ],
    [new DockerError("not_found", "Cannot x: gone."), "Cannot x: gone."],
    [
      new DockerError("conflict", "Cannot x: it runs!", { remedy: "Stop it." }),
      "Cannot x: it runs! Stop it.",
    ],
    [new RefusedError("timeout", "docker_x gave up"), "docker_x gave up"],
  ];
  for (const [error, text] of cases) assert.equal(explain(error, "docker_x"), text);
});

Deno.test("explain() owns up to a defect, whatever was thrown", () => {
  for (const thrown of [new TypeError("x is not a function"), "x is not a function"]) {
    const text = explain(thrown, "docker_x");
    assert.match(
      text,
      /^docker_x failed unexpectedly: x is not a function\. This is a defect of this server/,
    );
    assert.doesNotMatch(text, /\.ts:|\bat /);
  }
});
