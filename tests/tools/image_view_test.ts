import assert from "node:assert/strict";
import { imageDeletions, imageNames, imageRow, imageView } from "../../src/tools/image_view.ts";
import { pick } from "../../src/tools/views.ts";

const ID = `sha256:${"4f1c2d3e4a5b".padEnd(64, "0")}`;
const DIGEST = `sha256:${"a".repeat(64)}`;

Deno.test("imageRow() answers short ids, tags, size and time", () => {
  const summary = {
    Id: ID,
    ParentId: "",
    RepoTags: ["shop:1", "shop:2"],
    RepoDigests: [`shop@${DIGEST}`],
    Created: 1_700_000_000,
    Size: 42,
    SharedSize: -1,
    Labels: { a: "b" },
    Containers: -1,
  };
  assert.deepEqual(imageRow(summary), {
    id: "4f1c2d3e4a5b",
    tags: ["shop:1", "shop:2"],
    size: 42,
    created: "2023-11-14T22:13:20Z",
  });
});

Deno.test("imageRow() tells a dangling image however the Engine writes it", () => {
  const dangling = { id: "4f1c2d3e4a5b", tags: [], size: 0, dangling: true };
  for (const RepoTags of [["<none>:<none>"], [], null, undefined]) {
    for (const RepoDigests of [["<none>@<none>"], [], null, undefined]) {
      const summary = {
        Id: ID,
        ...(RepoTags === undefined ? {} : { RepoTags }),
        ...(RepoDigests === undefined ? {} : { RepoDigests }),
      };
      assert.deepEqual(imageRow(summary), dangling, JSON.stringify(summary));
    }
  }
});

Deno.test("imageRow() names an image without a tag by the digests it was pulled by", () => {
  const { tags, digests, dangling } = imageRow({ Id: ID, RepoDigests: [`shop@${DIGEST}`] });
  assert.deepEqual([tags, digests, dangling], [[], [`shop@${DIGEST}`], true]);
});

Deno.test("imageNames() leaves out digests that go with a tag of their repository", () => {
  const cases: [string[], string[], string[]][] = [
    [["shop:1"], [`shop@${DIGEST}`], ["shop:1"]],
    [["r:5000/a:1", "b:1"], [`r:5000/a@${DIGEST}`, `c@${DIGEST}`], [
      "r:5000/a:1",
      "b:1",
      `c@${DIGEST}`,
    ]],
    [[], [`a@${DIGEST}`, `b@${DIGEST}`], [`a@${DIGEST}`, `b@${DIGEST}`]],
    [["<none>:<none>"], ["<none>@<none>"], []],
  ];
  for (const [RepoTags, RepoDigests, names] of cases) {
    assert.deepEqual(imageNames({ RepoTags, RepoDigests }), names);
  }
});

Deno.test("imageView shows what the Engine knows of an image, without its layers", () => {
  const details = {
    Id: ID,
    RepoTags: ["shop:1"],
    Parent: "",
    Comment: "",
    Config: { Cmd: ["shop"], Hostname: "x", Env: null, Labels: {} },
    GraphDriver: { Data: null },
    RootFS: { Type: "layers", Layers: ["sha256:a"] },
  };
  assert.deepEqual(pick(details, imageView), {
    Id: ID,
    RepoTags: ["shop:1"],
    Config: { Cmd: ["shop"] },
  });
});

Deno.test("imageDeletions() is what the Engine reports", () => {
  const report = [{ Untagged: "shop:1" }, { Deleted: ID }];
  assert.deepEqual(imageDeletions().parse(report), report);
});
