import assert from "node:assert/strict";
import { allImagesOfDockerfile, imagesOfDockerfile } from "../../src/docker/dockerfile.ts";
import { formatImageReference } from "../../src/docker/reference.ts";

function images(text: string, buildArgs?: Record<string, string>): string[] {
  return imagesOfDockerfile(text, buildArgs).map(formatImageReference);
}

const CASES: readonly (readonly [string, readonly string[], Record<string, string>?])[] = [
  ["FROM scratch\nCOPY . /", []],
  ["from redis:7", ["redis:7"]],
  ["FROM --platform=linux/amd64 ghcr.io/a/b AS build", ["ghcr.io/a/b"]],
  ["FROM a AS one\nFROM One\nCOPY --from=one /x /\nCOPY --from=0 / /", ["a"]],
  ["FROM a\nCOPY --chown=1 --from=r.example:5000/b:1 /x /", ["a", "r.example:5000/b:1"]],
  ["FROM a\nRUN --mount=type=bind,from=b/c,target=/x --network=none make", ["a", "b/c"]],
  ["FROM a\nRUN echo --mount=type=bind,from=b", ["a"]],
  ["ARG V=1\nFROM a:$V\nFROM b:${V}\nFROM c:${W:-2}\nFROM d${V:+:3}", ["a:1", "b:1", "c:2", "d:3"]],
  ["ARG V=1\nFROM a:$V", ["a:9"], { V: "9" }],
  ["ARG V\nFROM a:$V", [], { constructor: "x" }],
  ["ARG IMAGE\nFROM $IMAGE", ["r.example/a@sha256:" + "0".repeat(64)], {
    IMAGE: "r.example/a@sha256:" + "0".repeat(64),
  }],
  ["FROM a\nARG V=2\nFROM b:$V", ["a"]],
  ['ARG V="1"\nFROM "a:$V"', ["a:1"]],
  ["# syntax = docker/dockerfile:1\nFROM a", ["docker/dockerfile:1", "a"]],
  ["FROM \\\n # between\n\n a \\\n AS x\r\nFROM x", ["a"]],
  ["# escape=`\nFROM `\n a", ["a"]],
  ["FROM a/UPPER\nFROM\nCOPY\n--\n", []],
];

for (const [text, expected, buildArgs] of CASES) {
  Deno.test(`imagesOfDockerfile() finds the images of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(images(text, buildArgs), expected);
  });
}

/** What a builder reads in other ways than a hurried reader does; no image may hide there. */
const HIDING: readonly (readonly [string, readonly string[], Record<string, string>?])[] = [
  ["FROM a\nRUN echo \\\\\nFROM r.example/evil", ["a", "r.example/evil"]],
  ["FROM a\nFRO\\\nM r.example/evil", ["a", "r.example/evil"]],
  ["FROM a\nFROM r.exa\\\nmple/evil", ["a", "r.example/evil"]],
  ["FROM a\nFROM r.example/evil \\", ["a", "r.example/evil"]],
  ["# a comment\n# escape=`\nFROM a\nRUN x `\nFROM r.example/evil", ["a", "r.example/evil"]],
  ["\uFEFFFROM r.example/evil", ["r.example/evil"]],
  ["//syntax=r.example/evil\nFROM a", ["r.example/evil", "a"]],
  ["#!/usr/bin/build\n# syntax=r.example/evil\nFROM a", ["r.example/evil", "a"]],
  ['{"syntax": "r.example/evil"}', ["r.example/evil"]],
  ["# syntax=docker/dockerfile:1\nFROM a", ["r.example/evil", "a"], {
    BUILDKIT_SYNTAX: "r.example/evil",
  }],
  ['FROM a\nRUN --mount=type=bind,"from=r.example/evil",target=/x y', ["a", "r.example/evil"]],
  ["FROM a\nRUN --mount=FROM=r.example/evil,target=/x y", ["a", "r.example/evil"]],
  ["FROM a\nRUN --mount=from=b,target=/x --mount=from=r.example/evil y", [
    "a",
    "b",
    "r.example/evil",
  ]],
  ["FROM a\nRUN <<END\nFROM b \\\nEND\nFROM r.example/evil", ["a", "b", "r.example/evil"]],
];

for (const [text, expected, buildArgs] of HIDING) {
  Deno.test(`imagesOfDockerfile() overlooks nothing in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(images(text, buildArgs), expected);
  });
}

Deno.test("allImagesOfDockerfile() tells the names that only the build finds out", () => {
  const unknown = (text: string) => allImagesOfDockerfile(text).unknown;
  assert.deepEqual(unknown("ARG A=a\nFROM $A AS x\nFROM x\nFROM scratch"), []);
  const names = ["$A", "${A-evil}", "${A:-${B}}", "${A#x}", 'e"vi"l', "a:$TARGETARCH", "UPPER"];
  for (const name of names) assert.deepEqual(unknown(`FROM ${name}`), [name], name);
  assert.deepEqual(unknown("FROM a\nCOPY --from=$B / /\nRUN --mount=from=${C},x=y z"), [
    "$B",
    "${C}",
  ]);
});
