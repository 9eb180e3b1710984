import assert from "node:assert/strict";
import fc from "../property.ts";
import { redactText, redactValue } from "../../src/safety/redact.ts";
import { sanitizeText, sanitizeValue } from "../../src/safety/untrusted.ts";
import { NEIGHBOURS } from "./redact_neighbours.ts";
import { TOKENS } from "./redact_samples.ts";

const SECRET = "hunter2Secret9";

/** Statements that hold the secret, each of which a rule must know by itself. */
const STATEMENTS: readonly string[] = [
  ...["DB_PASSWORD", "API_TOKEN", "CLIENT_SECRET", "MYSQL_PWD"].map((key) => `${key}=${SECRET}`),
  `db.password=${SECRET}`,
  `password: ${SECRET}`,
  `{"password":"${SECRET}","n":1}`,
  `{"auth":{"clientSecret":"${SECRET}"}}`,
  `postgres://app:${SECRET}@db:5432/app`,
  `https://host/cb?access_token=${SECRET}&state=1`,
  `Authorization: Bearer ${SECRET}`,
  `Authorization: Basic ${btoa(`bob:${SECRET}`)}`,
  `X-Registry-Auth: ${btoa(JSON.stringify({ username: "bob", password: SECRET }))}`,
  `app --password ${SECRET} --verbose`,
  `mysql -uroot -p${SECRET} app`,
  `curl -u bob:${SECRET} https://host/`,
  `Server=db;User Id=sa;Password=${SECRET};Database=x`,
  `<password>${SECRET}</password>`,
  `ENV DB_PASSWORD=${SECRET}`,
  `CREATE USER a IDENTIFIED BY '${SECRET}'`,
];

/** What programs, loggers and encoders make of a line. */
const SURROUNDINGS: Readonly<Record<string, (line: string) => string>> = {
  "a line of its own": (line) => line,
  "among lines": (line) => `ready\n${line}\nlistening on :8080\n`,
  "behind a time": (line) => `2026-01-31T10:00:00.123456789Z ${line}`,
  "behind a level": (line) => `[INFO] worker-1: ${line}`,
  "behind compose's prefix": (line) => `web-1  | ${line}`,
  "in a log of JSON": (line) => JSON.stringify({ level: "info", msg: line }),
  "in JSON in JSON": (line) => JSON.stringify({ log: JSON.stringify({ msg: line }) }),
  "in logfmt": (line) => `level=info msg=${JSON.stringify(line)} pid=1`,
  "in a list of arguments": (line) => JSON.stringify(["sh", "-c", line]),
  "in colours": (line) => `\x1b[32mINFO\x1b[0m \x1b[1m${line}\x1b[0m`,
  "in quotes": (line) => `could not parse '${line.replaceAll("'", '"')}'`,
  "with the line ends of Windows": (line) => `ready\r\n${line}\r\ndone\r\n`,
  "escaped as in URLs": (line) => `GET /echo?line=${encodeURIComponent(line)} HTTP/1.1`,
  "escaped twice": (line) => `GET /echo?line=${encodeURIComponent(encodeURIComponent(line))}`,
};

/** What may stand between any two characters without a reader seeing it. */
const SPLITTERS = ["", "\u200b", "\u00ad", "\u2060", "\u202e", "\u{e0041}", "\x1b[0m", "\x00"];

/** Whether the secret itself is gone, and each encoding of it. */
function isGone(text: string): boolean {
  const encoded = [SECRET, btoa(`bob:${SECRET}`), btoa(`"${SECRET}"}`).slice(0, 12)];
  return !encoded.some((form) => text.includes(form));
}

Deno.test("a planted secret is gone in every statement, wherever the statement stands", () => {
  for (const statement of STATEMENTS) {
    for (const [name, surround] of Object.entries(SURROUNDINGS)) {
      const redacted = redactText(sanitizeText(surround(statement)));
      assert.ok(isGone(redacted), `${statement} ${name}: ${redacted}`);
      assert.match(redacted, /\[redacted:[a-z]+\]/, `${statement} ${name}`);
    }
  }
});

Deno.test("a token of a known maker is gone, wherever it stands", () => {
  for (const [maker, token] of Object.entries(TOKENS)) {
    for (const [name, surround] of Object.entries(SURROUNDINGS)) {
      const redacted = redactText(sanitizeText(surround(`got ${token} today`)));
      const middle = token.slice(12, 28);
      assert.ok(!redacted.includes(middle), `${maker} ${name}: ${redacted}`);
    }
  }
});

Deno.test("a planted secret is gone among other text, invisible characters and other secrets", () => {
  const line = fc.oneof(
    fc.constantFrom(...NEIGHBOURS, ...STATEMENTS, ...Object.values(TOKENS)),
    fc.string({ unit: "grapheme", maxLength: 20 }),
  );
  const planted = fc.tuple(
    fc.constantFrom(...STATEMENTS),
    fc.constantFrom(...Object.keys(SURROUNDINGS)),
    fc.constantFrom(...SPLITTERS),
    fc.array(line, { maxLength: 4 }),
    fc.array(line, { maxLength: 4 }),
  );
  fc.assert(
    fc.property(planted, ([statement, name, splitter, before, after]) => {
      const surround = SURROUNDINGS[name] ?? ((text) => text);
      const text = [...before, surround(statement), ...after].join("\n");
      // Splitting an escape sequence makes text of it.
      const split = name === "in colours" ? text : [...text].join(splitter);
      const once = redactText(sanitizeText(split));
      assert.ok(isGone(once), `${statement} ${name}: ${once}`);
      assert.equal(redactText(once), once);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("a planted secret is gone from fields, keys and lists of an answer", () => {
  for (const statement of STATEMENTS) {
    const answer = {
      logs: `a\n${statement}\n`,
      lines: ["a", statement],
      labels: { [statement]: "", note: statement },
      history: [{ created_by: `/bin/sh -c ${statement}` }],
    };
    const redacted = JSON.stringify(redactValue(sanitizeValue(answer)));
    assert.ok(isGone(redacted), `${statement}: ${redacted}`);
  }
});

Deno.test("text without secrets comes back as it is, also among other text and in fields", () => {
  for (const text of NEIGHBOURS) assert.equal(redactText(text), text);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...NEIGHBOURS), { maxLength: 6 }), (lines) => {
      const text = lines.join("\n\n");
      assert.equal(redactText(text), text);
      const answer = { logs: text, lines };
      assert.equal(redactValue(answer), answer);
    }),
    { numRuns: 500 },
  );
});
