import assert from "node:assert/strict";
import { byteLength, jsonBytes, jsonText } from "../../src/tools/json_text.ts";
import fc from "../property.ts";

Deno.test("jsonBytes() tells how many bytes a value takes, without writing them", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), (text, value) => {
    assert.equal(byteLength(text), new TextEncoder().encode(text).length);
    const json = JSON.stringify(value);
    assert.equal(jsonBytes(value), new TextEncoder().encode(json).length);
  }));
  assert.equal(jsonBytes(undefined), 0);
});

Deno.test("jsonText() makes the text of an answer once", () => {
  let made = 0;
  const output = { toJSON: () => `${++made}` };
  assert.deepEqual([jsonText(output), jsonText(output), made], ['"1"', '"1"', 1]);
});
