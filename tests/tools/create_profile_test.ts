import assert from "node:assert/strict";
import { COMPATIBLE, createProfile, profileFields } from "../../src/tools/create_profile.ts";

const nothing = { dropCapabilities: [], init: undefined };

Deno.test("createProfile() drops what the operator names, and NET_RAW in the hardened profile", () => {
  assert.deepEqual(createProfile("compat"), COMPATIBLE);
  assert.deepEqual(createProfile("compat", ["cap_mknod", "MKNOD"]).dropCapabilities, ["MKNOD"]);
  assert.deepEqual(createProfile("hardened").dropCapabilities, ["NET_RAW"]);
  assert.deepEqual(createProfile("hardened", ["net_raw", "ALL"]).dropCapabilities, [
    ...["NET_RAW", "ALL"],
  ]);
});

Deno.test("profileFields() adds nothing in the compatible profile", () => {
  assert.deepEqual(profileFields(COMPATIBLE, nothing), {});
  assert.deepEqual(profileFields(COMPATIBLE, { dropCapabilities: ["ALL"], init: false }), {
    CapDrop: ["ALL"],
    Init: false,
  });
});

Deno.test("profileFields() hardens a container, and leaves what was asked for to be judged", () => {
  const hardened = createProfile("hardened");
  assert.deepEqual(profileFields(hardened, nothing), {
    CapDrop: ["NET_RAW"],
    Init: true,
    SecurityOpt: ["no-new-privileges:true"],
    PidsLimit: 512,
  });
  const asked = profileFields(hardened, { dropCapabilities: ["NET_RAW", "CHOWN"], init: false });
  assert.deepEqual([asked.CapDrop, asked.Init], [["NET_RAW", "CHOWN"], false]);
});
