import assert from "node:assert/strict";
import { createSettings } from "../../src/config/settings_create.ts";

Deno.test("SAFETY_CREATE_PROFILE takes its two words in any case", () => {
  const schema = createSettings.createProfile.schema();
  assert.deepEqual(["compat", "HARDENED", " hardened "].map((text) => schema.parse(text)), [
    ...["compat", "hardened", "hardened"],
  ]);
  for (const text of ["strict", "true", ""]) assert.ok(!schema.safeParse(text).success, text);
});

Deno.test("SAFETY_DEFAULT_CAP_DROP takes capabilities only: a misspelt one would be kept", () => {
  const schema = createSettings.defaultCapDrop.schema();
  assert.deepEqual(schema.parse("NET_RAW, cap_mknod"), ["NET_RAW", "cap_mknod"]);
  assert.deepEqual(schema.parse('["ALL"]'), ["ALL"]);
  assert.deepEqual(schema.parse(""), []);
  for (const text of ["NETRAW", "NET_RAW,X", "NET_RAW MKNOD", "constructor"]) {
    const { error } = schema.safeParse(text);
    assert.equal(error?.issues[0]?.message, "has a name that is no capability", text);
  }
});
