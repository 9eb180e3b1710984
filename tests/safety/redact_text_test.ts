import assert from "node:assert/strict";
import fc from "../property.ts";
import { redactText } from "../../src/safety/redact.ts";
import { sanitizeText } from "../../src/safety/untrusted.ts";
import {
  FORMS_WITH_SECRET,
  KEY_LINES,
  LOOK_ALIKES,
  PRIVATE_KEY,
  TEXTS_WITH_SECRETS,
  TOKENS,
} from "./redact_samples.ts";

/** No window of the secret this long may survive; shorter ones occur by chance. */
const WINDOW = 8;

function assertGone(text: string, secret: string, message: string): void {
  for (let at = 0; at + WINDOW <= secret.length; at += WINDOW) {
    assert.ok(!text.includes(secret.slice(at, at + WINDOW)), `${message} became ${text}`);
  }
}

/** Texts around which secrets are found in practice. */
const SURROUNDINGS: readonly (readonly [string, string])[] = [
  ["", ""],
  ["seen ", " today"],
  ['"', '"'],
  ["'", "',"],
  ["a\n", "\nb"],
  ["a\\n", "\\nb"],
  ["u=1&x=", "&y=2"],
  ["\\u003d", " "],
  ["(", ")"],
  ["[", "]"],
];

Deno.test("redactText() replaces tokens of known makers wherever they stand", () => {
  for (const [name, token] of Object.entries(TOKENS)) {
    for (const [before, after] of SURROUNDINGS) {
      const redacted = redactText(before + token + after);
      assert.match(redacted, /\[redacted:[a-z]+\]/, `${name} in ${before}…${after}`);
      assertGone(redacted, token.slice(8), name);
    }
  }
});

Deno.test("redactText() replaces secrets by what stands in front of them", () => {
  for (const [text, ...secrets] of TEXTS_WITH_SECRETS) {
    const redacted = redactText(text);
    for (const secret of secrets) {
      assert.ok(!redacted.includes(secret), `${text} became ${redacted}`);
    }
  }
  for (const text of FORMS_WITH_SECRET) {
    const redacted = redactText(text);
    assert.ok(!redacted.includes("hunter2"), `${text} became ${redacted}`);
  }
});

Deno.test("redactText() leaves texts without secrets as they are", () => {
  for (const text of LOOK_ALIKES) assert.equal(redactText(text), text);
  const log = LOOK_ALIKES.join("\n\n");
  assert.equal(redactText(log), log);
});

Deno.test("redactText() says only what kind of secret was there and keeps what helps", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["postgres://app:pw@db:5432/x", "postgres://[redacted:url]@db:5432/x"],
    ["A=1\nDB_PASSWORD=pw two\nB=2", "A=1\nDB_PASSWORD=[redacted:env]\nB=2"],
    ['{"user":"bob","password":"pw","n":1}', '{"user":"bob","password":"[redacted:field]","n":1}'],
    [
      '{"log":"{\\"password\\":\\"a\\\\\\"b\\",\\"n\\":1}"}',
      '{"log":"{\\"password\\":\\"[redacted:field]\\",\\"n\\":1}"}',
    ],
    ["mysql -uroot -ppw app", "mysql -uroot -p[redacted:option] app"],
    ["setx /M A_TOKEN pw", "setx /M A_TOKEN pw"],
    ["setx A_TOKEN pw /M", "setx A_TOKEN [redacted:option] /M"],
    ["rabbitmqctl add_user ann 'two words'", "rabbitmqctl add_user ann '[redacted:option]'"],
    [
      "kubectl create secret generic a --from-literal=k=pw --x",
      "kubectl create secret generic a --from-literal=k=[redacted:option] --x",
    ],
    ["a.password=\\\n  pw\nb=1", "a.password=[redacted:field]\nb=1"],
    ["A_PASSWORD=pw\\\nB_HOST=db", "A_PASSWORD=[redacted:env]\nB_HOST=db"],
    [
      "<p title='&quot;token&quot;:&quot;pw&quot;'>&amp;</p>",
      "<p title='&quot;token&quot;:&quot;[redacted:field]&quot;'>&amp;</p>",
    ],
    ["| password | pw12345 |\n| host | db |", "| password | [redacted:field] |\n| host | db |"],
    ["password\tpw12345\nhost\tdb", "password\t[redacted:field]\nhost\tdb"],
    ["A_TOKEN<<EOF\npw\nEOF\nB=1", "A_TOKEN<<EOF\n[redacted:field]\nEOF\nB=1"],
    [`id ${TOKENS["GitHub classic"]}!`, "id [redacted:token]!"],
    [`a\n${PRIVATE_KEY}\nb`, "a\n[redacted:key]\nb"],
    ["level=info password=pw user=bob", "level=info password=[redacted:field] user=bob"],
    [
      "key:\n  password: |\n    one\n    two\n  host: db",
      "key:\n  password: |\n[redacted:field]\n  host: db",
    ],
  ];
  for (const [text, expected] of cases) assert.equal(redactText(text), expected);
});

Deno.test("redactText() leaves JSON that can still be read", () => {
  const values = [
    { password: 12345678, n: 1 },
    { password: { value: "hunter2", type: "x", length: 8 }, n: 1 },
    { passwords: ["hunter2", "hunter3"], n: [1] },
    {
      spec: { secret: { secretName: "db", items: [{ key: "password", path: "p" }] } },
      token: "hunter2",
    },
    { log: JSON.stringify({ secret: { value: "hunter2" }, pin: { secret: 1234567 } }) },
    { auth: ["ann:hunter2", "bob:hunter2"] },
    { log: JSON.stringify({ passwords: ["hunter2", 1], secrets: [1, "hunter2"] }, null, 1) },
    { secret: { pin: 1234567, updated: 1700000000, note: "x" } },
  ];
  for (const value of values) {
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
      const redacted = redactText(text);
      assert.doesNotThrow(() => JSON.parse(redacted), redacted);
      assert.ok(!/hunter|1234567/.test(redacted), redacted);
    }
  }
});

Deno.test("redactText() takes a value for a secret that is too long for a path, and still reads the keys in a path", () => {
  const path = `PWD=/${"a".repeat(900)}`;
  assert.equal(redactText(path), path);
  assert.equal(redactText(`x PWD=/${"a".repeat(2000)} y`), "x PWD=[redacted:env] y");
  assert.equal(
    redactText("x token_file=/a/password=hunter2"),
    "x token_file=/a/password=[redacted:field]",
  );
});

Deno.test("redactText() replaces private keys of every type, also on one line", () => {
  for (
    const type of [
      "RSA PRIVATE KEY",
      "EC PRIVATE KEY",
      "OPENSSH PRIVATE KEY",
      "PRIVATE KEY",
      "ENCRYPTED PRIVATE KEY",
      "PGP PRIVATE KEY BLOCK",
    ]
  ) {
    for (const newline of ["\n", "\r\n", "\\n", " ", "\n2026-01-31T10:00:00.5Z ", "\n    "]) {
      const block = [`-----BEGIN ${type}-----`, ...KEY_LINES, `-----END ${type}-----`].join(
        newline,
      );
      const redacted = redactText(`before "${block}" after`);
      assert.equal(
        redacted,
        'before "[redacted:key]" after',
        `${type} with ${JSON.stringify(newline)}`,
      );
    }
  }
});

Deno.test("redactText() replaces private keys that were cut off", () => {
  const [begin = "", ...rest] = PRIVATE_KEY.split("\n");
  for (const prefix of ["", "2026-01-31T10:00:00.5Z ", "web-1  | "]) {
    const lines = (list: readonly string[]): string => list.map((line) => prefix + line).join("\n");
    const withoutEnd = redactText(lines([begin, ...KEY_LINES.slice(0, 3), "listening on port 80"]));
    const withoutBegin = redactText(
      lines(["listening on port 80", ...rest.slice(1), "ready to serve"]),
    );
    for (const line of KEY_LINES) {
      assertGone(withoutEnd, line, "a key without its end");
      assertGone(withoutBegin, line, "a key without its beginning");
    }
    assert.ok(withoutEnd.endsWith(`${prefix}listening on port 80`), withoutEnd);
    assert.ok(withoutBegin.startsWith(`${prefix}listening on port 80\n`), withoutBegin);
    assert.ok(withoutBegin.endsWith(`${prefix}ready to serve`), withoutBegin);
  }
  const inTheMiddle = redactText(`${PRIVATE_KEY.slice(0, 100)}\n[…]\nthe rest of the log`);
  assert.equal(inTheMiddle, "[redacted:key]\n[…]\nthe rest of the log");
});

Deno.test("redactText() finds secrets that invisible characters split, once they are sanitized", () => {
  const token = TOKENS["GitHub classic"] ?? "";
  for (
    const splitter of [
      "\u200b",
      "\u2060",
      "\u00ad",
      "\u{e0041}",
      "\u202e",
      "\x1b[0m",
      "\x00",
      "\x1b]8;;\x07",
    ]
  ) {
    const split = (text: string): string => [...text].join(splitter);
    assertGone(redactText(sanitizeText(split(token))), token, "a split token");
    assert.equal(redactText(sanitizeText(split("DB_PASSWORD=pw"))), "DB_PASSWORD=[redacted:env]");
  }
});

const piece = fc.constantFrom(
  ...TEXTS_WITH_SECRETS.map(([text]) => text),
  ...LOOK_ALIKES,
  ...Object.values(TOKENS),
  ...[
    "=",
    ":",
    " ",
    "\n",
    '"',
    "'",
    "\\",
    "&",
    ";",
    ",",
    "password",
    "token",
    "[redacted:env]",
    "--",
    "[",
    "]",
    "{",
    "}",
  ],
);

Deno.test("redactText() changes nothing more when it is applied twice", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const once = redactText(pieces.join(""));
      assert.equal(redactText(once), once);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("redactText() hides every value of a variable whose name says that it is secret", () => {
  const name = fc.constantFrom(
    "DB_PASSWORD",
    "API_KEY",
    "GITHUB_TOKEN",
    "CLIENT_SECRET",
    "AWS_SECRET_ACCESS_KEY",
    "db.password",
    "jwtSecret",
  );
  const value = fc.stringMatching(/^[\x21-\x7e]{12,40}$/).filter((text) =>
    !/["'`\\[{$*>]/.test(text[0] ?? "")
  );
  fc.assert(fc.property(name, value, (key, secret) => {
    assert.equal(
      redactText(`X=1\n${key}=${secret}`).split("\n")[1]?.replace(/\[redacted:[a-z]+\].*/, ""),
      `${key}=`,
    );
  }));
});
