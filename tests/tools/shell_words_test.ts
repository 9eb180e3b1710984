import assert from "node:assert/strict";
import fc from "../property.ts";
import { argumentList, shellWords } from "../../src/tools/shell_words.ts";

const good: readonly [string, readonly string[]][] = [
  ["ls", ["ls"]],
  ["  ls\t-l   /etc ", ["ls", "-l", "/etc"]],
  ["echo 'a b' \"c d\"", ["echo", "a b", "c d"]],
  ["echo a'b'\"c\"d", ["echo", "abcd"]],
  ["echo ''", ["echo", ""]],
  ['echo ""', ["echo", ""]],
  ["echo a\\ b", ["echo", "a b"]],
  ["echo \\'", ["echo", "'"]],
  ["echo 'it\\s'", ["echo", "it\\s"]],
  ['echo "a \\"b\\" \\$c \\\\ \\n"', ["echo", 'a "b" $c \\ \\n']],
  ["echo ';' \"&&\" '|' '$(x)' '`x`' \\> ", ["echo", ";", "&&", "|", "$(x)", "`x`", ">"]],
  ["echo 'line\nbreak'", ["echo", "line\nbreak"]],
  ["echo $HOME *.txt ~ #x {a,b}", ["echo", "$HOME", "*.txt", "~", "#x", "{a,b}"]],
  ["grep -E ^a?b+$ größe 漢字", ["grep", "-E", "^a?b+$", "größe", "漢字"]],
];

const operators = [
  "a;b",
  "a & b",
  "a && b",
  "a|b",
  "a || b",
  "a > b",
  "a<b",
  "a `b`",
  "a $(b)",
  "a\nb",
];
const open = ["echo 'a", 'echo "a', "echo \\", "'", '"\\"'];

Deno.test("shellWords() splits as a POSIX shell does, without expanding anything", () => {
  for (const [line, expected] of good) assert.deepEqual(shellWords(line), expected, line);
});

Deno.test("shellWords() refuses unquoted operators, because no shell will see them", () => {
  for (const line of operators) {
    const expected = {
      code: "invalid_arguments",
      message: /only a shell understands/,
      remedy: /sh/,
    };
    assert.throws(() => shellWords(line), expected, line);
  }
});

Deno.test("shellWords() refuses open quotes and a trailing backslash", () => {
  for (const line of open) assert.throws(() => shellWords(line), /open quote/, line);
});

Deno.test("shellWords() refuses a line without words", () => {
  for (const line of ["", "  ", "\t"]) assert.throws(() => shellWords(line), /command: is empty/);
});

Deno.test("shellWords() gives back any words that were quoted", () => {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  fc.assert(fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }), (words) => {
    assert.deepEqual(shellWords(words.map(quote).join(" ")), words);
  }));
});

Deno.test("argumentList() takes a list as it is, and one in JSON", () => {
  assert.deepEqual(argumentList(["a;b", ""]), ["a;b", ""]);
  assert.deepEqual(argumentList('["sh", "-c", "a | b"]'), ["sh", "-c", "a | b"]);
  assert.deepEqual(argumentList("sh -c 'a | b'"), ["sh", "-c", "a | b"]);
});

Deno.test("argumentList() takes what only looks like a JSON list for a command line", () => {
  assert.deepEqual(argumentList('["a", 1]'), ["[a,", "1]"]);
  assert.deepEqual(argumentList("[ -f /x ]"), ["[", "-f", "/x", "]"]);
});
