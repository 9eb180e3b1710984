import assert from "node:assert/strict";
import { redactPieces } from "../../src/safety/redact_pieces.ts";
import { redactText } from "../../src/safety/redact.ts";
import { FORMS_WITH_SECRET, PRIVATE_KEY, TEXTS_WITH_SECRETS } from "./redact_samples.ts";

const LINE = "GET /api/items 200 in 12 ms\n";
const redact = (text: string): string => redactText(text);

Deno.test("redactPieces() hides the same wherever a piece would have ended", () => {
  const texts = [...TEXTS_WITH_SECRETS.map(([text]) => text), ...FORMS_WITH_SECRET, PRIVATE_KEY];
  for (const text of texts) {
    const lines = LINE.repeat(1 + Math.ceil(text.length / LINE.length)); // no piece is shorter
    const long = `${lines}${text}\n${lines}`;
    const whole = redactText(long);
    const first = lines.length;
    const step = Math.max(1, Math.floor(text.length / 8));
    for (let maximum = first; maximum < first + text.length; maximum += step) {
      assert.equal(redactPieces(long, redact, maximum), whole, `${maximum - first}: ${text}`);
    }
  }
});

Deno.test("redactText() reads a text of ten million characters, also on one line", () => {
  for (
    const [secret, hidden] of [
      [`${LINE}DB_PASSWORD=hunter2\n`, `${LINE}DB_PASSWORD=[redacted:env]\n`],
      ['{"password":"hunter2","n":1},', '{"password":"[redacted:field]","n":1},'],
    ] as const
  ) {
    const times = Math.ceil(10_000_000 / secret.length);
    assert.ok(redactText(secret.repeat(times)) === hidden.repeat(times), secret);
  }
  const plain = LINE.repeat(400_000);
  assert.ok(redactText(plain) === plain);
});

Deno.test("redactText() hides words of millions of characters, which no rule can read", () => {
  const before = `${LINE}api_key=hunter2 `;
  const starts = ["eyJ", '{"password":', "--token ", "Authorization: Bearer ", "mysql -p", ""];
  for (const start of starts) {
    const counts = new Map<string, number>();
    const redacted = redactText(`${before}${start}${"x".repeat(10_000_000)} end\n`, { counts });
    assert.match(redacted, /^GET .*\n(?:api_key=.{0,60})?\[redacted:text\] end\n$/);
    assert.doesNotMatch(redacted, /xxx|hunter2/);
    assert.equal(counts.get("text"), 1);
  }
});
