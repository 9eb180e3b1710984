import assert from "node:assert/strict";
import fc from "../property.ts";
import { DockerError } from "../../src/docker/errors.ts";
import { path, queryString } from "../../src/docker/path.ts";

Deno.test("path`` makes exactly one segment of each value", () => {
  assert.equal(
    path`/containers/${"a/../b?x#y%2f:z"}/json`,
    "/containers/a%2F..%2Fb%3Fx%23y%252f%3Az/json",
  );
  assert.equal(path`/containers/${"größe"}/json`, "/containers/gr%C3%B6%C3%9Fe/json");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    let built: string;
    try {
      built = path`/containers/${value}/json`;
    } catch (error) {
      assert.ok(error instanceof DockerError && error.code === "invalid_argument");
      return;
    }
    const url = new URL(`http://192.0.2.1${built}`);
    assert.equal(url.pathname, built);
    assert.equal(url.pathname.split("/").length, 4);
    assert.equal(decodeURIComponent(url.pathname.split("/")[2] ?? ""), value);
  }));
});

Deno.test("path`` refuses values that are no segment", () => {
  for (const value of ["", ".", "..", "a\nb", "a\0", "\x7f", "\ud800"]) {
    assert.throws(() => path`/containers/${value}/json`, { code: "invalid_argument" });
  }
});

Deno.test("queryString() leaves out what is not given and encodes the rest", () => {
  assert.equal(queryString(), "");
  assert.equal(queryString({ a: undefined, filters: {} }), "");
  const filters = { label: ["a=b&c", "d"] };
  const query = queryString({ all: true, limit: 0, filters, type: ["x", "y"], name: "ä b" });
  const read = new URLSearchParams(query);
  assert.deepEqual([...read], [
    ["all", "true"],
    ["limit", "0"],
    ["filters", '{"label":["a=b&c","d"]}'],
    ["type", "x"],
    ["type", "y"],
    ["name", "ä b"],
  ]);
});
