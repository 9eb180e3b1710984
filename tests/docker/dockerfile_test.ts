import assert from "node:assert/strict";
import { imagesOfDockerfile } from "../../src/docker/dockerfile.ts";
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
