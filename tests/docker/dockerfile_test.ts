import assert from "node:assert/strict";
import {
  allImagesOfDockerfile,
  imagesOfDockerfile,
  isDockerfile,
} from "../../src/docker/dockerfile.ts";
import { formatImageReference } from "../../src/docker/reference.ts";
import { assertLinear } from "../safety/linear_time.ts";

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
  ["FROM a\nRUN <<END\nFROM b \\\nEND\nFROM r.example/evil", ["a", "r.example/evil", "b"]],
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

/** Texts of which two builders, or a builder and this reader, do not make the same. */
const DOUBTFUL: readonly (readonly [string, RegExp])[] = [
  ["FROM a\n\x85FROM evil", /^line 2: a blank that is not ASCII/],
  ["FROM a\n\u200bFROM evil", /^line 2: .*cannot be seen/],
  ["FROM a\n\u00a0FROM b", /^line 2: a blank/],
  ["FROM\u00a0evil", /^line 1: an unknown instruction/],
  ["FROM a\rFROM evil", /^line 1: a carriage return/],
  ["FROM a\nRUN x \\\n\u00a0\nFROM b AS redis", /^line 3: a blank/],
  ["ARG A=a\nARG A=evil\nFROM $A", /^line 2: another ARG A$/],
  ["ARG A=a\nARG A\nFROM $A", /^line 2: another ARG A$/],
  ["ARG A=a A=evil\nFROM $A", /^line 1: another ARG A$/],
  ['ARG A=a\nARG "A"=evil\nFROM $A', /^line 2: an ARG with more than plain quotes/],
  ["ARG A=a\\ b\nFROM $A", /^line 1: an ARG/],
  ['ARG A="a"b\nFROM $A', /^line 1: an ARG/],
  [" # escape=`\nFROM a", /^line 1: what looks like "# escape="/],
  ["# a=b\n# escape=`\nFROM a", /^line 2: what looks like/],
  ["#\n# escape=`\nFROM a", /^line 2: what looks like/],
  ["# escape=x\nFROM a", /^line 1: what looks like/],
  ['FROM a\nCOPY --chown="0 " --from=evil / /', /^line 2: an option with quotes/],
  ["FROM a\nCOPY --chown=0\\ --from=evil / /", /^line 2: an option with quotes/],
  ["FROM a\nCOPY --chown=0\x85--from=evil / /", /^line 2: an option with quotes/],
  ["FROM a\nCOPY \x85--from=evil / /", /^line 2: an option with quotes/],
  ["FROM --platform='x y' a", /^line 1: not plainly FROM/],
  ["FROM a AS", /^line 1: not plainly FROM/],
  ["FROM a b", /^line 1: not plainly FROM/],
  ["FROM a AS b c", /^line 1: not plainly FROM/],
  ["FROM a AS 1b", /^line 1: a stage whose name is none/],
  ["FROM a\nMOUNT x", /^line 2: an unknown instruction/],
  ["FROM a\nONBUILD MOUNT x", /^line 2: an unknown instruction/],
  ['\n{"syntax":"evil.io/x"}', /^line 1: it begins with "\{"/],
  ["# syntax=somebody/frontend\nFROM a", /^line 1: a frontend of others/],
  ['FROM a\nRUN echo \\" <<EOF "\nEOF', /^line 2: a here-document/],
  ["FROM a\nRUN echo ${x:-' '} <<EOF\nEOF", /^line 2: a here-document/],
  ["FROM a\nRUN <<E'O'F\nEOF", /^line 2: a here-document/],
  ["FROM a\nRUN <<EOF\ufeff\nEOF", /^line 2: a here-document/],
];

Deno.test("allImagesOfDockerfile() doubts what not every builder reads alike, and says where", () => {
  for (const [text, expected] of DOUBTFUL) {
    const { doubts } = allImagesOfDockerfile(text);
    assert.match(doubts[0] ?? "", expected, JSON.stringify(text));
  }
});

/** Ordinary ways to write. */
const CLEAR: readonly string[] = [
  "# syntax=docker/dockerfile:1.7-labs\n# escape=`\n# check=skip=all\nFROM a\nRUN dir `\n C:\\",
  "# a comment about escape codes\n#\n# (c) größe\n\nFROM a AS Base-1.x_y\r\nFROM base-1.x_y\r\n",
  'ARG A="1.2"\nARG B=\'x y\' C= D\nARG E="${A}-x"\nFROM --platform=$BUILDPLATFORM a:$A\nARG A\nARG A=3',
  'FROM a\nRUN --mount=type=secret,id="x" --network=none echo "it\'s" \\\n  # why\n  && größe',
  'FROM a\nCOPY --chown="app:app" --chmod=755 ["a b", "größe", "/x/"]\nADD größe\u00a0x /',
  "FROM a\nRUN cat <<EOF >/x && sed -i 's/\\./-/' y\nFROM b AS c\nunknown 'quote\n\u00a0blank\nEOF\nUSER 1",
  'FROM a\nCOPY <<-"one" <<\'two.x\' /x/\n\tone\none\ntwo.x\nRUN echo $((1 << 2)) <<<"x" "a <<EOF"',
  'FROM a\nONBUILD RUN <<END\nx\nEND\nHEALTHCHECK --interval=1s CMD x || exit 1\nSHELL ["x"]',
];

Deno.test("allImagesOfDockerfile() doubts nothing that people write", () => {
  for (const text of CLEAR) {
    assert.deepEqual(allImagesOfDockerfile(text).doubts, [], JSON.stringify(text));
  }
});

Deno.test("allImagesOfDockerfile() takes no stage from where none begins", () => {
  assert.deepEqual(images("FROM a\nRUN <<EOF\nFROM ok AS redis\nEOF\nFROM redis"), ["a", "redis"]);
  assert.deepEqual(images("FROM a AS 1b\nFROM 1b"), ["a", "1b"]);
  assert.deepEqual(images("FROM a\nFROM 0\nCOPY --from=1 / /\nCOPY --from=7 / /"), ["a", "0", "7"]);
  assert.deepEqual(images("FROM a\nONBUILD COPY --from=b / /"), ["a", "b"]);
  assert.deepEqual(images("FROM a\nARG B=b\nCOPY --from=$B / /"), ["a"]);
  // An Engine without here-documents reads instructions in them.
  assert.deepEqual(images("FROM a\nRUN <<USER\nFROM evil\nUSER\n"), ["a", "evil"]);
});

Deno.test("isDockerfile() takes what begins as one, or names its frontend", () => {
  for (const text of ["", "# nothing", "\n  from a", "ARG A\nNONSENSE", "#syntax=a/b\nVERSION 1"]) {
    assert.ok(isDockerfile(text), text);
  }
  for (
    const text of ["TOKEN=x", "# keys\nUSER=x", "-----BEGIN", '{"auths":{}}', "[default]\nFROM a"]
  ) {
    assert.ok(!isDockerfile(text), text);
  }
});

Deno.test("allImagesOfDockerfile() does work in proportion to the text, whatever the text is", () => {
  const texts: readonly ((length: number) => string)[] = [
    (length) => `#a=b${" ".repeat(length)}\x01`,
    (length) => `#escape=${" ".repeat(length)}`,
    (length) => `FROM a AS${" ".repeat(length)}b c`,
    (length) => `FROM${" ".repeat(length)}`,
    (length) => `${" ".repeat(length)}x\n`.repeat(2),
    (length) => "\\ ".repeat(length / 2) + "x",
    (length) => "\r".repeat(length) + "x",
    (length) => `RUN ${"--a ".repeat(length / 4)}`,
    (length) => `RUN --${'"a'.repeat(length / 2)}`,
    (length) => `ARG ${"A=1 ".repeat(length / 4)}"`,
    (length) => `RUN ${"<<A ".repeat(length / 4)}`,
    (length) => `RUN ${"<<A\nA\nRUN ".repeat(length / 11)}`,
    (length) => `ONBUILD ${"ONBUILD ".repeat(length / 8)}`,
    (length) => `RUN x \\\n${"y \\\n".repeat(length / 4)}`,
    (length) =>
      `ARG A='${"a".repeat(length / 2)}'\n` +
      `FROM ${"$A".repeat(500)}\n`.repeat(length / 2000),
    (length) => `{${'"syntax" '.repeat(length / 9)}`,
  ];
  for (const [index, textOf] of texts.entries()) {
    assertLinear((text) => allImagesOfDockerfile(text), textOf, `text ${index}`);
  }
});
