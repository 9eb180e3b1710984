import assert from "node:assert/strict";
import {
  engineFilters,
  environmentList,
  isContainerPath,
  seconds,
  truncationInfo,
} from "../../src/tools/fields.ts";

Deno.test("engineFilters() makes the lists that the Engine wants", () => {
  assert.deepEqual(engineFilters({ name: "web", label: ["a", "b=c"], status: undefined }), {
    name: ["web"],
    label: ["a", "b=c"],
  });
});

Deno.test("engineFilters() answers nothing for no filters", () => {
  for (const none of [undefined, {}, { name: undefined }]) {
    assert.equal(engineFilters(none), undefined);
  }
});

Deno.test("environmentList() always writes a value, because a bare name unsets", () => {
  assert.deepEqual(environmentList({ A: "b=c", EMPTY: "" }), ["A=b=c", "EMPTY="]);
});

Deno.test("isContainerPath() takes absolute plain paths outside the kernel's folders", () => {
  const good = ["/", "/a", "/a/", "/a.b/..c", "/device", "/system"];
  const bad = [
    "",
    "a",
    "./a",
    "/a/..",
    "/../a",
    "/.",
    "/proc",
    "/proc/1",
    "//sys",
    "/dev/",
    "/a\0",
  ];
  assert.deepEqual(good.filter((path) => !isContainerPath(path)), []);
  assert.deepEqual(bad.filter(isContainerPath), []);
});

Deno.test("seconds() are whole and bounded", () => {
  const field = seconds("How long", 60);
  assert.deepEqual([0, 60].map((value) => field.safeParse(value).success), [true, true]);
  const bad = [-1, 61, 1.5, "5", NaN, Infinity];
  assert.deepEqual(bad.filter((value) => field.safeParse(value).success), []);
});

Deno.test("truncationInfo() is {} where nothing was cut", () => {
  assert.deepEqual(truncationInfo().parse({}), {});
});
