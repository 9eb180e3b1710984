import { type AuditReport, verifyAuditLogs } from "../../src/telemetry/audit_report.ts";
import { type RawMessage, RawServer } from "../e2e/raw_server.ts";
import { ANSWERS, type Attack, type Call, type Control, type Family } from "./attack_case.ts";
import { type Folders, makeFolders } from "./folders.ts";
import { unknownTool } from "../../src/tools/unknown_tool.ts";
import { AUDIT_FILE, COMMON, type ProfileName, PROFILES } from "./profiles.ts";
import { changes, StandIn } from "./stand_in.ts";

/** How one case went. */
export interface Outcome {
  readonly family: string;
  readonly kind: "attack" | "control";
  readonly name: string;
  /** Why it did not go as it must; undefined where it did. */
  readonly failure: string | undefined;
}

/** One case, and where it belongs. */
interface Trial {
  readonly family: string;
  readonly kind: Outcome["kind"];
  readonly tried: Attack | Control;
}

/** Tries every case of these families on servers that are started as a client starts them, each with an Engine of its own. */
export async function tryAll(families: readonly Family[]): Promise<readonly Outcome[]> {
  const trials: Trial[] = families.flatMap(({ code, attacks, controls }) => [
    ...attacks.map((tried) => ({ family: code, kind: "attack" as const, tried })),
    ...controls.map((tried) => ({ family: code, kind: "control" as const, tried })),
  ]);
  await using folders = await makeFolders();
  const byProfile = Map.groupBy(trials, ({ tried }) => tried.on ?? "ordinary");
  const waiting = [...byProfile].sort(([, left], [, right]) => right.length - left.length);
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let next; (next = waiting.shift()) !== undefined;) {
      outcomes.push(...await tryOn(...next, folders));
    }
  };
  await Promise.all([work(), work(), work()]);
  return outcomes;
}

async function tryOn(
  profile: ProfileName,
  trials: readonly Trial[],
  folders: Folders,
): Promise<Outcome[]> {
  await using engine = await StandIn.start();
  const server = await Session.start(profile, { engine, folders });
  const failures: (string | undefined)[] = [];
  let log: string;
  try {
    for (const { tried } of trials) failures.push(await server.try(tried));
  } catch (error) {
    // Whoever waits for an answer to each of hundreds of calls waits for hours.
    const failure = `was not tried, or not answered: ${(error as Error).message}`;
    failures.push(...Array<string>(trials.length - failures.length).fill(failure));
  } finally {
    log = await server.end();
  }
  return trials.map(({ family, kind, tried }, index) => {
    const failure = failures[index] ?? inLog(tried, log);
    return { family, kind, name: tried.name, failure };
  });
}

/** A secret that stays out of the answer but is in the log has come out all the same. */
function inLog(tried: Attack | Control, log: string): string | undefined {
  if (!("stopped" in tried) || !("absent" in tried.stopped)) return undefined;
  const found = tried.stopped.absent.find((text) => log.includes(text));
  return found === undefined ? undefined : `${JSON.stringify(found)} is in the log`;
}

/** What came of one call. */
interface Answer {
  readonly failed: boolean;
  /** Why it failed, without what every refusal of arguments ends with. */
  readonly reason: string;
  /** Every text in the answer and in what came before it, decoded, one a line. */
  readonly texts: string;
}

/** One server and its Engine. */
class Session {
  #arrived: number;
  /** Lines of the audit log that were looked at. */
  #recorded = 0;

  private constructor(
    readonly server: RawServer,
    readonly engine: StandIn,
    readonly folders: Folders,
  ) {
    this.#arrived = server.messages.length;
  }

  static async start(
    profile: ProfileName,
    { engine, folders }: { engine: StandIn; folders: Folders },
  ): Promise<Session> {
    const env = folders.place({ ...COMMON, ...PROFILES[profile], DOCKER_HOST: engine.host });
    const server = RawServer.start({ env });
    await server.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: profile === "asking" ? { elicitation: {} } : {},
      clientInfo: { name: "attacker", version: "1" },
    });
    await server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return new Session(server, engine, folders);
  }

  /** Ends the server; what it logged. */
  async end(): Promise<string> {
    await this.server.closeInput();
    const { stderr } = await this.server.exit();
    await this.server[Symbol.asyncDispose]();
    return stderr;
  }

  /** Why a case did not go as it must. */
  async try(tried: Attack | Control): Promise<string | undefined> {
    this.engine.change(this.folders.place(tried.engine ?? {}));
    const tokens: string[] = [];
    for (const call of tried.before ?? []) {
      const { failed, texts } = await this.#call(call, tokens);
      if (failed) return `the call before it failed: ${shortened(texts)}`;
      tokens.push(/"confirm":"([^"]+)"/.exec(texts)?.[1] ?? "");
    }
    if (tried.meanwhile !== undefined) this.engine.change({ ...tried.engine, ...tried.meanwhile });
    this.engine.takeRequests();
    const answer = await this.#call(tried.call, tokens);
    const requests = this.engine.takeRequests();
    const trouble = await this.#judgeRecords(tried);
    if (trouble !== undefined) return trouble;
    return "stopped" in tried
      ? notStopped(this.folders.place(tried.stopped), answer, requests)
      : notPassed(this.folders.place(tried.passed), answer, requests);
  }

  /** What is wrong with the audit log behind a call that is about it. */
  async #judgeRecords(tried: Attack | Control): Promise<string | undefined> {
    if (tried.on !== "audited") return undefined;
    const path = this.folders.place(AUDIT_FILE);
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const added = lines.slice(this.#recorded);
    this.#recorded = lines.length;
    if ("stopped" in tried) {
      if ("found" in tried.stopped) return await notFound(path, tried.stopped.found(lines));
      const hidden = "unrecorded" in tried.stopped ? tried.stopped.unrecorded : [];
      return badRecords(added, tried.call.tool, hidden);
    }
    const { records = [], sound } = tried.passed;
    const missing = records.find((pattern) => !added.some((line) => pattern.test(line)));
    if (missing !== undefined) {
      return `${missing} was not recorded: ${shortened(added.join(" | "))}`;
    }
    return sound === undefined ? undefined : await notSound(path, sound(lines));
  }

  async #call(
    { tool, input, confirm, answer = "decline" }: Call,
    tokens: readonly string[],
  ): Promise<Answer> {
    const id = crypto.randomUUID();
    const placed = this.folders.place(input);
    const whole = typeof placed === "string"
      ? placed
      : JSON.stringify(confirm === undefined ? placed : { ...placed, confirm: confirm(tokens) });
    const params = `{"name":${JSON.stringify(tool)},"arguments":${whole},` +
      `"_meta":{"progressToken":"${id}"}}`;
    await this.server.write(
      `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":${params}}\n`,
    );
    const { result, error } = await this.#answered(id, answer);
    const arrived = this.server.messages.slice(this.#arrived);
    this.#arrived = this.server.messages.length;
    const [said] = textsOf([error?.message, result?.["content"]])
      .filter((text) => !["type", "text"].includes(text));
    return {
      failed: error !== undefined || result?.["isError"] === true,
      reason: said?.replace(/ Correct the arguments of \w+ and call it again\.$/, "") ?? "",
      texts: arrived.flatMap(({ error, params, result }) =>
        textsOf([result?.["content"], error?.message, result, params])
      ).join("\n"),
    };
  }

  /** Waits for the answer, and says what the user says where the server asks. */
  async #answered(id: string, answer: keyof typeof ANSWERS): Promise<RawMessage> {
    for (let from = this.#arrived;;) {
      const message = await this.server.until(
        (message) =>
          message.method === "elicitation/create" ||
          (message.id === id && message.method === undefined),
        from,
      );
      if (message.method === undefined) return message;
      from = this.server.messages.indexOf(message) + 1;
      await this.server.send({ jsonrpc: "2.0", id: message.id, result: ANSWERS[answer] });
    }
  }
}

/** Why these are not one call's records: an attacker's line would be one more, and of another tool. */
function badRecords(
  lines: readonly string[],
  tool: string,
  hidden: readonly string[],
): string | undefined {
  const calls = new Set<unknown>();
  for (const line of lines) {
    const record = parsed(line) as Readonly<Record<string, unknown>> | undefined;
    if (record === undefined) return `a line of the audit log is no record: ${shortened(line)}`;
    if (record["kind"] === "admin") continue;
    const name = record["name"];
    if (name !== tool && name !== unknownTool.name) return `a record is of ${name}`;
    calls.add(record["request_id"]);
    const texts = [line, ...textsOf(record)].join("\n");
    const found = hidden.find((text) => texts.includes(text));
    if (found !== undefined) return `${JSON.stringify(found)} was recorded: ${shortened(line)}`;
  }
  return calls.size === 1 ? undefined : `${calls.size} calls were recorded in place of one`;
}

async function notFound(path: string, edited: readonly string[]): Promise<string | undefined> {
  const { isSound, text } = await verified(path, edited);
  return isSound ? `was not found: ${text}` : undefined;
}

async function notSound(path: string, edited: readonly string[]): Promise<string | undefined> {
  const { isSound, text } = await verified(path, edited);
  return isSound ? undefined : `is said not to be in order: ${text}`;
}

async function verified(path: string, lines: readonly string[]): Promise<AuditReport> {
  const copy = `${path}.copy`;
  await Deno.writeTextFile(copy, lines.map((line) => `${line}\n`).join(""));
  return await verifyAuditLogs({ kind: "file", path: copy });
}

function notStopped(
  stopped: Attack["stopped"],
  { failed, reason, texts }: Answer,
  requests: readonly string[],
): string | undefined {
  if ("absent" in stopped) {
    const found = stopped.absent.find((text) => texts.includes(text));
    if (found !== undefined) return `${JSON.stringify(found)} came out: ${shortened(texts)}`;
    const missing = stopped.shows?.find((text) => !texts.includes(text));
    return missing === undefined
      ? undefined
      : `${JSON.stringify(missing)} is missing: ${shortened(texts)}`;
  }
  if ("unrecorded" in stopped || "found" in stopped) return undefined; // judged by the audit log
  if ("unsent" in stopped) {
    const sent = requests.find((request) => stopped.unsent.test(request));
    return sent === undefined ? undefined : `was sent: ${shortened(sent)}`;
  }
  const sent = requests.find(changes);
  if (sent !== undefined) return `was sent: ${shortened(sent)}`;
  if (!failed) return `was not refused: ${shortened(texts)}`;
  return stopped.refused.test(reason)
    ? undefined
    : `was refused for another reason: ${shortened(reason)}`;
}

function notPassed(
  { sends = [], shows = [] }: Control["passed"],
  { failed, texts }: Answer,
  requests: readonly string[],
): string | undefined {
  if (failed) return `was refused: ${shortened(texts)}`;
  const unsent = sends.find((pattern) => !requests.some((request) => pattern.test(request)));
  if (unsent !== undefined) return `${unsent} was not sent: ${shortened(requests.join(" | "))}`;
  const missing = shows.find((text) => !texts.includes(text));
  return missing === undefined
    ? undefined
    : `${JSON.stringify(missing)} is missing: ${shortened(texts)}`;
}

/** Every text of a value: keys and values, those of JSON in a text as well, and the text itself. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") {
    return [value, ...(/^[[{]/.test(value) ? textsOf(parsed(value)) : [])];
  }
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // text that only begins like JSON has been kept as it is
  }
}

function shortened(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
