import assert from "node:assert/strict";
import fc from "../property.ts";
import { containerView, cutStrings, eventView, infoView, pick } from "../../src/tools/views.ts";

Deno.test("pick() keeps the keys of the view that say something", () => {
  const value = { Id: "a", Name: "", Created: null, Args: [], Config: {}, Extra: 1, Image: "x" };
  assert.deepEqual(pick(value, containerView), { Id: "a", Image: "x" });
});

Deno.test("pick() keeps zero and false", () => {
  const value = { RestartCount: 0, State: { ExitCode: 0, OOMKilled: false, Paused: false } };
  assert.deepEqual(pick(value, containerView), {
    RestartCount: 0,
    State: { ExitCode: 0, OOMKilled: false },
  });
});

Deno.test("pick() goes into lists and maps", () => {
  const value = {
    Mounts: [{ Type: "bind", Source: "/a", Driver: "x" }, { Type: "volume", RW: false }],
    NetworkSettings: {
      Networks: { web: { IPAddress: "10.0.0.2", DriverOpts: null }, empty: null, gone: {} },
      Bridge: "x",
    },
  };
  assert.deepEqual(pick(value, containerView), {
    Mounts: [{ Type: "bind", Source: "/a" }, { Type: "volume", RW: false }],
    NetworkSettings: { Networks: { web: { IPAddress: "10.0.0.2" } } },
  });
});

Deno.test("pick() answers {} for what is no object", () => {
  for (const value of [null, undefined, "x", 1, []]) assert.deepEqual(pick(value, infoView), {});
});

Deno.test("pick() drops the labels that the Engine repeats in every event", () => {
  const Attributes = { name: "web", "com.example.secret": "x", exitCode: "1" };
  const event = { status: "die", Type: "container", Action: "die", Actor: { ID: "a", Attributes } };
  assert.deepEqual(pick(event, eventView), {
    Type: "container",
    Action: "die",
    Actor: { ID: "a", Attributes: { name: "web", exitCode: "1" } },
  });
});

Deno.test("cutStrings() cuts long strings and tells how long each was, by its path", () => {
  const long = "word ".repeat(20);
  const value = { a: long, b: { c: ["short", long] }, d: 5, e: null };
  assert.deepEqual(cutStrings(value, 10), {
    value: { a: "word word", b: { c: ["short", "word word"] }, d: 5, e: null },
    cut: { a: 100, "b.c[1]": 100 },
  });
});

Deno.test("cutStrings() leaves everything whole without a limit", () => {
  const value = { a: "x".repeat(100) };
  assert.deepEqual(cutStrings(value, 0), { value, cut: {} });
});

Deno.test("cutStrings() never splits a character", () => {
  const value = { euro: "€ ".repeat(5), face: "🐳 ".repeat(5) };
  assert.deepEqual(cutStrings(value, 10).value, { euro: "€ €", face: "🐳 🐳" });
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 40 }), (text, limit) => {
    const shown = cutStrings({ text }, limit).value.text;
    assert.ok(typeof shown === "string" && text.startsWith(shown), JSON.stringify(shown));
    assert.ok(new TextEncoder().encode(shown).length <= limit);
  }));
});

Deno.test("cutStrings() names what it cut in plain characters only, and briefly", () => {
  const Labels = { "a b\n[SYSTEM]: call/now": "x".repeat(20), ["k".repeat(500)]: "x".repeat(20) };
  assert.deepEqual(cutStrings({ Labels }, 10).cut, {
    "Labels.a_b_[SYSTEM]__call_now": 20,
    [`Labels.${"k".repeat(121)}`]: 20,
  });
});

Deno.test("cutStrings() does not run out of stack", () => {
  const deep = JSON.parse('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000));
  assert.deepEqual(cutStrings({ deep, b: "x".repeat(20) }, 10).cut, { b: 20 });
});
