import assert from "node:assert/strict";
import {
  addressText,
  booleanOrText,
  booleanText,
  choiceText,
  filePathText,
  integerText,
  lineText,
  listText,
  pathListText,
  secretText,
  type TextSchema,
  transportText,
  urlText,
} from "../../src/config/value.ts";

type Cases = readonly (readonly [text: string, expected: unknown])[];

function accepts(schema: TextSchema<unknown>, cases: Cases): void {
  for (const [text, expected] of cases) assert.deepEqual(schema.parse(text), expected, text);
}

function refuses(schema: TextSchema<unknown>, cases: Cases): void {
  for (const [text, expected] of cases) {
    const { error } = schema.safeParse(text);
    assert.equal(error?.issues[0]?.message, expected, JSON.stringify(text));
  }
}

Deno.test("booleanText() reads the contract's words in any case and nothing else", () => {
  for (const word of ["true", "TRUE", "1", "yes", "On", " true "]) {
    accepts(booleanText(), [[word, true]]);
  }
  for (const word of ["false", "0", "No", "OFF"]) accepts(booleanText(), [[word, false]]);
  for (const word of ["", "2", "enabled", "truee", "t"]) {
    refuses(booleanText(), [[word, "is neither true nor false"]]);
  }
});

Deno.test("booleanOrText() reads one word more", () => {
  accepts(booleanOrText("human"), [["Human", "human"], ["yes", true], ["0", false]]);
  refuses(booleanOrText("human"), [["person", "is not true, false or human"]]);
});

Deno.test("integerText() reads whole numbers within its bounds", () => {
  accepts(integerText(0, 100), [["0", 0], ["100", 100], [" 7 ", 7], ["+7", 7], ["007", 7]]);
  refuses(integerText(0, 100), [
    ["many", "is not a whole number"],
    ["1.5", "is not a whole number"],
    ["1e2", "is not a whole number"],
    ["0x10", "is not a whole number"],
    ["٣", "is not a whole number"],
    ["-1", "is too small"],
    ["101", "is too large"],
    ["9".repeat(40), "is too large"],
    ["9".repeat(400), "is too large"],
    [`-${"9".repeat(40)}`, "is too small"],
  ]);
});

Deno.test("choiceText() reads one of its words in any case", () => {
  const levels = choiceText(["info", "error"]);
  accepts(levels, [["INFO", "info"], [" error", "error"]]);
  refuses(levels, [["warn", "is not one of the choices"], ["", "is not one of the choices"]]);
});

Deno.test("transportText() tells a transport of another version from a misspelling", () => {
  accepts(transportText(), [["stdio", "stdio"], ["STDIO", "stdio"]]);
  refuses(transportText(), [
    ["sse", "is not served by this version"],
    ["http", "is not served by this version"],
    ["studio", "is not a transport"],
  ]);
});

Deno.test("filePathText() takes absolute paths and one word", () => {
  const paths = ["/a b", "~/a", "C:\\\\a", "stderr"].map((path) => [path, path] as const);
  accepts(filePathText("stderr", "a path"), paths);
  refuses(
    filePathText("stderr", "a path"),
    ["none", "a.log", "./a.log", "~", "~ann/a", " stderr", "STDERR", "C:a"].map((text) =>
      [text, "is not an absolute path"] as const
    ),
  );
});

Deno.test("lineText() keeps text as it is and refuses control characters", () => {
  accepts(lineText("a name"), [[" Größe ", " Größe "]]);
  refuses(lineText("a name"), [
    ["a\nb", "has a control character"],
    ["a\0b", "has a control character"],
    ["\x1b[31m", "has a control character"],
    ["\x9b31m", "has a control character"],
    ["x".repeat(4097), "is longer than 4096 characters"],
  ]);
});

Deno.test("secretText() keeps every character", () => {
  accepts(secretText(), [[" p@ss\nword ", " p@ss\nword "]]);
});

Deno.test("urlText() keeps a URL letter by letter", () => {
  accepts(urlText(), [
    ["https://idp.example", "https://idp.example"],
    ["http://localhost:8080/a?b=c", "http://localhost:8080/a?b=c"],
  ]);
  for (
    const text of ["idp.example", "ftp://idp.example", "https://", "https://[::1", "javascript:1"]
  ) {
    refuses(urlText(), [[text, "is not a URL"]]);
  }
});

Deno.test("addressText() reads the addresses that the docker command reads", () => {
  for (
    const text of [
      "unix:///var/run/docker.sock",
      "tcp://192.0.2.7:2375",
      "TCP://[::1]:2376",
      "npipe:////./pipe/docker_engine",
      "192.0.2.7:2375",
    ]
  ) {
    accepts(addressText(["unix", "tcp", "npipe"]), [[text, text]]);
  }
  refuses(addressText(["unix", "tcp"]), [
    ["/var/run/docker.sock", "has no scheme"],
    ["localhost", "has no scheme"],
    ["ftp://host", "has the unknown scheme ftp://"],
    ["tcp://", "has nothing after its scheme"],
    ["tcp://a\nb", "has a control character"],
  ]);
});

Deno.test("addressText() says what to write instead of http://, without the password", () => {
  refuses(addressText(["tcp"]), [
    ["http://192.0.2.7:2375/", "names plain HTTP; write tcp://192.0.2.7:2375 instead"],
    ["HTTP://me:secret@host:1/x", "names plain HTTP; write tcp://host:1 instead"],
  ]);
});

Deno.test("listText() reads commas and JSON arrays, trimmed and without repetitions", () => {
  accepts(listText(), [
    ["", []],
    [" , ,", []],
    ["a, b ,a", ["a", "b"]],
    ['["a", " b "]', ["a", "b"]],
    [' [\n"a"\n]', ["a"]],
    ["[]", []],
  ]);
  for (const text of ["[a, b]", '["a", 1]', '["a"', "[[]]", "[null]"]) {
    refuses(listText(), [[text, "is not a JSON array of strings"]]);
  }
});

Deno.test("pathListText() takes absolute paths only", () => {
  accepts(pathListText(), [
    ["", []],
    ["/srv/a, ~/b", ["/srv/a", "~/b"]],
    ['["/srv/a, b", "C:\\\\shop", "\\\\\\\\host\\\\share"]', [
      "/srv/a, b",
      "C:\\shop",
      "\\\\host\\share",
    ]],
  ]);
  for (const text of ["a", "./a", "/a,b", "~", "~user/a", '["/a\\nb"]', "C:shop"]) {
    refuses(pathListText(), [[text, "has a path that is not absolute"]]);
  }
});
