import assert from "node:assert/strict";
import { type Bound, type Opened, PLAN_SECONDS, PlanSeals } from "../../src/safety/plan_seal.ts";
import type { PlannedSet } from "../../src/safety/plan_set.ts";
import fc from "../property.ts";

const BOUND: Bound = { way: "shown", caller: "stdio", tool: "docker_remove_volume", input: "{}" };

function setOf(...words: readonly string[]): PlannedSet {
  return new Map(words.map((word) => [word, { words: word, state: "" }]));
}

const SET = setOf("volume a", "volume b");

/** A clock that a test sets. */
function clock(): { now: number; readonly read: () => number } {
  const time = { now: 5_000_000, read: () => time.now };
  return time;
}

async function opened(seals: PlanSeals, token: string, bound = BOUND): Promise<Opened> {
  const result = await seals.open(token, bound);
  if (typeof result === "string") assert.fail(result);
  return result;
}

Deno.test("PlanSeals gives tokens of 80 characters that differ for the same plan", async () => {
  const seals = new PlanSeals();
  const tokens = await Promise.all([seals.issue(BOUND, SET), seals.issue(BOUND, SET)]);
  assert.notEqual(tokens[0], tokens[1]);
  for (const token of tokens) assert.match(token, /^[\w-]{80}$/);
});

Deno.test("PlanSeals opens a token for what it is bound to, and knows its set in any order", async () => {
  const seals = new PlanSeals();
  const { isFor } = await opened(seals, await seals.issue(BOUND, SET));
  assert.equal(await isFor(SET), true);
  assert.equal(await isFor(setOf("volume b", "volume a")), true);
  assert.equal(await isFor(setOf("volume a")), false);
  assert.equal(await isFor(setOf("volume a", "volume b", "volume c")), false);
  assert.equal(await isFor(new Map([...SET, ["volume b", { words: "b", state: "used" }]])), false);
});

Deno.test("PlanSeals says for what else a token was given", async () => {
  const seals = new PlanSeals();
  const token = await seals.issue(BOUND, SET);
  const others: [Partial<Bound>, string][] = [
    [{ caller: "https://idp|eve" }, "other_caller"],
    [{ tool: "docker_remove_image" }, "other_tool"],
    [{ input: '{"force":true}' }, "other_input"],
    [{ way: "asked" }, "changed"],
  ];
  for (const [change, broken] of others) {
    assert.equal(await seals.open(token, { ...BOUND, ...change }), broken);
  }
  await opened(seals, token); // none of that used it up
});

Deno.test("PlanSeals does not take one bound thing for another", async () => {
  const seals = new PlanSeals();
  const token = await seals.issue({ ...BOUND, caller: "a", tool: "b" }, SET);
  assert.equal(await seals.open(token, { ...BOUND, caller: "b", tool: "a" }), "other_caller");
});

Deno.test("PlanSeals refuses a token of another run", async () => {
  const token = await new PlanSeals().issue(BOUND, SET);
  assert.equal(await new PlanSeals().open(token, BOUND), "other_run");
});

Deno.test("PlanSeals refuses what is no token, whatever it is", async () => {
  const seals = new PlanSeals();
  const token = await seals.issue(BOUND, SET);
  const texts = ["", "yes", "true", token.slice(1), `${token}=`, `${token}A`, ` ${token}`];
  texts.push(
    `${token}\n`,
    token.replace(/.$/, "+"),
    token.replace(/.$/, "\u0131"),
    "A".repeat(100_000),
  );
  for (const text of texts) assert.equal(await seals.open(text, BOUND), "malformed", text);
});

Deno.test("PlanSeals refuses a token of which any bits were flipped", async () => {
  const seals = new PlanSeals();
  const token = Uint8Array.fromBase64(await seals.issue(BOUND, SET), { alphabet: "base64url" });
  const flips = fc.uniqueArray(fc.nat(token.length * 8 - 1), { minLength: 1, maxLength: 8 });
  await fc.assert(fc.asyncProperty(flips, async (bits) => {
    const forged = token.slice();
    for (const bit of bits) forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const text = forged.toBase64({ alphabet: "base64url" });
    assert.match(String(await seals.open(text, BOUND)), /^(?:changed|other_run)$/);
  }));
  for (let bit = 0; bit < token.length * 8; bit++) {
    const forged = token.slice();
    forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const result = await seals.open(forged.toBase64({ alphabet: "base64url" }), BOUND);
    assert.equal(result, bit < 32 ? "other_run" : "changed", `bit ${bit}`);
  }
});

Deno.test("PlanSeals refuses a token made of parts of two others", async () => {
  const seals = new PlanSeals();
  const one = await seals.issue(BOUND, SET);
  const two = await seals.issue(BOUND, setOf("volume c"));
  for (let at = 1; at < 80; at++) {
    const mixed = one.slice(0, at) + two.slice(at);
    if (mixed === one || mixed === two) continue;
    assert.equal(await seals.open(mixed, BOUND), "changed", `cut at ${at}`);
  }
});

Deno.test("PlanSeals lets a token count once", async () => {
  const seals = new PlanSeals();
  const token = await seals.issue(BOUND, SET);
  const [first, second] = await Promise.all([opened(seals, token), opened(seals, token)]);
  assert.equal(typeof seals.claim(first), "object");
  assert.equal(seals.claim(second), "used");
  assert.equal(await seals.open(token, BOUND), "used");
});

Deno.test("PlanSeals lets a token count for 120 s, and not longer while it is being looked at", async () => {
  const time = clock();
  const seals = new PlanSeals(time.read);
  const [token, slow] = [await seals.issue(BOUND, SET), await seals.issue(BOUND, SET)];
  time.now += PLAN_SECONDS * 1000 - 200;
  const late = await opened(seals, slow);
  await opened(seals, token);
  time.now += 200;
  assert.equal(await seals.open(token, BOUND), "expired");
  assert.equal(seals.claim(late), "expired");
});

Deno.test("PlanSeals keeps what was planned, to tell what changed, unless it is very much", async () => {
  const seals = new PlanSeals();
  const many = setOf(...Array.from({ length: 1001 }, (_, number) => `volume ${number}`));
  for (const [set, kept] of [[SET, SET], [many, undefined]] as const) {
    const open = await opened(seals, await seals.issue(BOUND, set));
    assert.equal(await open.isFor(set), true);
    const claimed = seals.claim(open);
    assert.ok(typeof claimed === "object");
    assert.deepEqual(claimed.set, kept);
  }
});

Deno.test("PlanSeals forgets the oldest plans, and counts no token that it has forgotten", async () => {
  const time = clock();
  const seals = new PlanSeals(time.read);
  const tokens: string[] = [];
  for (let count = 0; count < 1001; count++) tokens.push(await seals.issue(BOUND, SET));
  assert.equal(await seals.open(tokens[0] ?? "", BOUND), "used");
  for (const token of [tokens[1] ?? "", tokens[1000] ?? ""]) await opened(seals, token);
});
