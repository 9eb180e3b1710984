import { reset } from "@logtape/logtape";
import assert from "node:assert/strict";
import { log, type LogOptions, startLog } from "../../src/telemetry/log.ts";
import { cleanValue } from "../../src/safety/clean.ts";
import { trace } from "../../src/telemetry/trace.ts";
import { tools } from "../../src/catalog.ts";
import { callOf } from "../safety/tool_call.ts";

/** What is written while `act` runs, line by line. */
async function written(options: LogOptions, act: () => unknown): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = "";
  const output = new WritableStream<Uint8Array>({
    write: (chunk) => void (text += decoder.decode(chunk)),
  });
  await startLog(output, options);
  try {
    await act();
  } finally {
    await reset(); // writes what is left
  }
  return text.split("\n").filter((line) => line !== "");
}

Deno.test("startLog() writes text lines from the level on", async () => {
  const lines = await written({ level: "warning" }, () => {
    log.debug("a");
    log.info("b");
    log.warn("c {value}", { value: 5 });
    log.error("d");
  });
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /^\d{4}-\d\d-\d\dT.*mcp-docker.*c 5$/);
});

Deno.test("startLog() knows every level of the settings", async () => {
  for (
    const [index, level] of (["debug", "info", "warning", "error", "critical"] as const).entries()
  ) {
    const lines = await written({ level }, () => {
      log.debug("1");
      log.info("2");
      log.warn("3");
      log.error("4");
      log.fatal("5");
    });
    assert.equal(lines.length, 5 - index, level);
  }
});

Deno.test("startLog() writes one JSON object a line on request, also for text with line breaks", async () => {
  const lines = await written({ level: "info", json: true }, () => {
    log.info("one\ntwo {value}", { value: "a\nb" });
  });
  assert.equal(lines.length, 1);
  const entry = JSON.parse(lines[0] ?? "");
  assert.match(entry.message, /^one\ntwo/);
  assert.equal(entry.level, "INFO");
});

Deno.test("startLog() cleans messages as a whole, errors with their causes, and properties", async () => {
  const act = (): void => {
    log.warn("{text}", { text: "to\u200bken=hunter2 \x1b[31mred\n2026-01-01 forged" });
    const cause = new Error("cause: A_TOKEN=hunter2\u202e");
    log.error("failed: {error}", {
      error: new Error("no --token hunter2", { cause }),
      n: { a: 1 },
    });
  };
  const text = await written({ level: "info", clean: cleanValue }, act);
  const json = await written({ level: "info", clean: cleanValue, json: true }, act);
  for (const lines of [text, json]) {
    const all = lines.join("\n");
    assert.doesNotMatch(all, /hunter2|[\p{Cc}--\n]|\p{Default_Ignorable_Code_Point}/v, all);
    assert.equal(all.match(/\[redacted:/g)?.length, lines === text ? 3 : 6);
  }
  assert.match(text[1] ?? "", /^ {4}2026-01-01 forged$/);
  assert.match(text.join("\n"), /\n {4}Caused by: Error: cause: A_TOKEN=\[redacted:env\]/);
  assert.equal(json.length, 2);
  const entry = JSON.parse(json[1] ?? "");
  assert.deepEqual(entry.properties.n, { a: 1 });
  const [joined = ""] = await written({ level: "info", clean: cleanValue }, () => {
    log.warn("password={value}", { value: "hunter2" });
  });
  assert.match(joined, /password=\[redacted:field\]$/);
});

Deno.test("startLog() ends errors that cause themselves", async () => {
  const error = new Error("round");
  error.cause = error;
  const lines = await written(
    { level: "info", clean: cleanValue },
    () => log.error("{error}", { error }),
  );
  assert.match(lines.join("\n"), /Caused by: Error: round/);
});

Deno.test("the log is silent until it is started", () => {
  log.error("nobody hears this");
});

Deno.test("trace() logs each call with its outcome, never its arguments or its result", async () => {
  const [tool] = tools;
  assert.ok(tool);
  const controller = new AbortController();
  const call = callOf(tool, { input: { secret: "hunter2" }, signal: controller.signal });
  const lines = await written({ level: "info" }, async () => {
    await trace(call, () => Promise.resolve({ secret: "hunter2" }));
    await assert.rejects(trace(call, () => Promise.reject(new TypeError("hunter2"))), /hunter2/);
    controller.abort();
    await assert.rejects(trace(call, () => Promise.reject(controller.signal.reason)));
  });
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /docker_list_containers done in [\d.]+ ms/);
  assert.match(lines[1] ?? "", /docker_list_containers failed in [\d.]+ ms: TypeError/);
  assert.match(lines[2] ?? "", /failed in [\d.]+ ms: cancelled/);
  assert.doesNotMatch(lines.join("\n"), /hunter2/);
});
