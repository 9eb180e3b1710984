import assert from "node:assert/strict";
import { cutFields } from "../../src/tools/truncation.ts";

Deno.test("cutFields() tells how long each cut field was, in bytes and for people", () => {
  const { details, truncation_info } = cutFields({
    a: "x".repeat(1023),
    b: "x".repeat(65_536),
    c: "x".repeat(3 * 1024 * 1024),
    d: "short",
  }, 16);
  assert.equal(details.d, "short");
  assert.deepEqual(truncation_info.truncated_fields, {
    a: { original_bytes: 1023, original_size_human: "1023 B" },
    b: { original_bytes: 65_536, original_size_human: "64.0 KiB" },
    c: { original_bytes: 3_145_728, original_size_human: "3.0 MiB" },
  });
  assert.equal(truncation_info.truncated_fields_count, 3);
});

Deno.test("cutFields() says nothing where nothing was cut", () => {
  assert.deepEqual(cutFields({ a: "x" }, 16), { details: { a: "x" }, truncation_info: {} });
});
