import assert from "node:assert/strict";
import { type DockerIgnore, parseDockerIgnore } from "../../src/docker/dockerignore.ts";
import { assertLinear, repeatTo } from "../safety/linear_time.ts";

/** What a walk from the top says of a path, folder by folder. */
function isIgnored(ignore: DockerIgnore, path: string): boolean {
  const parts = path.split("/");
  let judged = ignore.judge(parts[0] ?? "");
  for (let depth = 2; depth <= parts.length; depth++) {
    judged = ignore.judge(parts.slice(0, depth).join("/"), judged.state);
  }
  return judged.ignored;
}

interface Case {
  readonly file: string;
  readonly ignored?: readonly string[];
  readonly kept?: readonly string[];
}

const CASES: readonly Case[] = [
  { file: "", kept: ["a", "a/b"] },
  { file: "a", ignored: ["a", "a/b", "a/b/c"], kept: ["b/a", "ab", "A"] },
  { file: "/a\nb/", ignored: ["a", "b", "b/c"], kept: ["c/a"] },
  { file: "  a  \r\n\r\n\tb\r\n", ignored: ["a", "b"] },
  { file: "# a comment\n#b\na # b", ignored: ["a # b"], kept: ["a", "b", "#b"] },
  { file: " #a", ignored: ["#a"] },
  { file: "\ufeffa", ignored: ["a"] },
  { file: "./a//b/../c", ignored: ["a/c"], kept: ["a/b", "c"] },
  { file: "*.log", ignored: ["a.log", ".log"], kept: ["a/b.log", "a.logs"] },
  { file: "*/b", ignored: ["a/b"], kept: ["b", "a/c/b"] },
  { file: "a?c", ignored: ["abc", "aéc", "a🐳c"], kept: ["ac", "a/c", "abbc"] },
  { file: "[a-c][^x]", ignored: ["aa", "cz"], kept: ["da", "ax", "a"] },
  { file: "[\\]\\-]", ignored: ["]", "-"], kept: ["a"] },
  { file: "\\*\\!", ignored: ["*!"], kept: ["a!"] },
  { file: "a.b+(c)|{d}$^", ignored: ["a.b+(c)|{d}$^"], kept: ["aXb+(c)|{d}$^"] },
  { file: "**", ignored: ["a", "a/b"] },
  { file: "**/a", ignored: ["a", "b/a", "b/c/a", "a/x"], kept: ["ba", "b/ca"] },
  { file: "**/*.md", ignored: ["a.md", "b/c/a.md"], kept: ["a.mdx"] },
  { file: "**a", ignored: ["a", "ba", "b/a", "b/ca"], kept: ["ab"] },
  { file: "a/**", ignored: ["a/b", "a/b/c"], kept: ["a", "ab"] },
  { file: "a/**/b", ignored: ["a/b", "a/x/b", "a/x/y/b"], kept: ["a/xb", "b"] },
  { file: "a**b*", ignored: ["ab", "ax/b", "ax/y/bz"], kept: ["axb"] },
  { file: "*\n!a", ignored: ["b", "b/a"], kept: ["a", "a/b"] },
  { file: "!a\n*", ignored: ["a", "b"] },
  { file: "a\n!a/b\na/b/c", ignored: ["a", "a/x", "a/b/c"], kept: ["a/b", "a/b/d"] },
  { file: "a\n! a/b ", kept: ["a/b"], ignored: ["a/c"] },
  {
    file: "node_modules\n!**/keep.txt",
    ignored: ["node_modules/a"],
    kept: ["node_modules/x/keep.txt"],
  },
  {
    file: "*.md\n!README*.md\nREADME-secret.md",
    ignored: ["README-secret.md", "a.md"],
    kept: ["README.md"],
  },
];

for (const { file, ignored = [], kept = [] } of CASES) {
  Deno.test(`parseDockerIgnore() reads ${JSON.stringify(file)} as Docker does`, () => {
    const ignore = parseDockerIgnore(file);
    for (const path of ignored) assert.equal(isIgnored(ignore, path), true, path);
    for (const path of kept) assert.equal(isIgnored(ignore, path), false, path);
  });
}

Deno.test("parseDockerIgnore() refuses what is no pattern, with the line", () => {
  for (const line of ["!", "! ", "[", "[]", "[a", "[a-]", "[z-a]", "a\\", "[-a]", "a/[b"]) {
    assert.throws(() => parseDockerIgnore(`a\n${line}\nb`), {
      name: "DockerIgnoreError",
      line: line.trim(),
    }, line);
  }
});

Deno.test("parseDockerIgnore() looks into an ignored folder only where an exception may match", () => {
  const ignore = parseDockerIgnore("*\n!a/b/c\n!x/*.md\n!plain");
  const cases: [string, boolean][] = [
    ["a", true],
    ["a/b", true],
    ["a/b/c/d", true],
    ["b", false],
    ["x", true],
    ["y", false],
    ["plain", true],
  ];
  for (const [folder, expected] of cases) {
    assert.equal(ignore.mayKeepBelow(folder), expected, folder);
  }
  assert.equal(parseDockerIgnore("a\n!**/b").mayKeepBelow("a/c"), true);
  assert.equal(parseDockerIgnore("a").mayKeepBelow("a"), false);
});

Deno.test("parseDockerIgnore() is not slowed down by a hostile pattern", () => {
  const ignore = parseDockerIgnore(`${"**/a/*a*a".repeat(40)}b`);
  const path = "a/".repeat(1000) + "c";
  assert.equal(ignore.judge(path).ignored, false);
});

Deno.test("parseDockerIgnore() reads and applies a pattern in time proportional to its length", () => {
  for (const unit of ["**a", "**", "a*", "*/", "[a-b]", "?**", "a\\\\"]) {
    const read = (text: string) => parseDockerIgnore(text).judge("a/".repeat(100));
    assertLinear(read, (length) => `${repeatTo(unit, length)}z`, unit);
  }
  const { judge } = parseDockerIgnore(Array(1000).fill("a*a*a*a*a*?z?").join("\n"));
  assertLinear(judge, (length) => "a".repeat(length / 100), "a path");
});

Deno.test("parseDockerIgnore() takes a thousand patterns, and refuses more", () => {
  const lines = Array(1000).fill("# a comment\n\na").join("\n");
  assert.ok(isIgnored(parseDockerIgnore(lines), "a"));
  assert.throws(() => parseDockerIgnore(`${lines}\nmore`), {
    message: '"more" is behind 1000 other patterns',
  });
});
