import { redactText } from "../../../src/safety/redact.ts";
import { SHAPES } from "../../../src/safety/redact_shapes.ts";
import { sanitizeText } from "../../../src/safety/untrusted.ts";
import { HOSTILE } from "../../safety/hostile_texts.ts";
import { repeatTo } from "../../safety/linear_time.ts";
import { type BenchContext, FEW_ROUNDS } from "../context.ts";
import { compare, type Report } from "../finding.ts";
import { interleave, milliseconds, type Sample } from "../measure.ts";

const MEGABYTE = 1_000_000;
/** As much as one answer may have. */
const PIECE = MEGABYTE;
const PIECES = 50;
/** The length of the shorter adversarial text, and how many times longer the other is. */
const LENGTH = 64 * 1024;
const GROWTH = 8;
/** Milliseconds; the clock and the collector disturb shorter runs more than a text does. */
const SHORTEST_RUN = 0.3;

/** What the patterns of the safety folder look for, as somebody would write it who does not care how long it takes. */
const NAIVE = new RegExp(
  [
    String.raw`(?:\x1b\[|\x9b)[0-?]{0,256}[ -\/]{0,16}[@-~]?`,
    String.raw`\x1b[P\]X^_][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)|\x1b[ -\/]{0,16}[0-~]?`,
    String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f]`,
    String
      .raw`[\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]`,
    String.raw`\udb40[\udc00-\udfff]`,
    String
      .raw`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^-]{0,32768}-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----`,
    String.raw`(?<=:\/\/)[^\s\/?#@]{1,256}@`,
    ...SHAPES.map(([, { source }]) => source),
    String
      .raw`(?<![\w.-])["']?[\w.-]*(?:pass|pswd|pw|secret|token|key|cred|auth|bearer|jwt|cookie|sess|salt|signature|dsn|conn|hook|psk|seed|PASS|SECRET|TOKEN|KEY|AUTH)[\w.-]*["']?[ \t]{0,8}[:=][ \t]{0,8}\S+`,
    String.raw`(?<![\w-])--?(?:password|token|secret|api-key|[auwpPU])[ =]\S+`,
  ].map((pattern) => `(?:${pattern})`).join("|"),
  "g",
);

/** What sanitizing and redacting cost, beside one naive pass of the same patterns, and on text made to make them slow. */
export async function redaction({ rounds }: Pick<BenchContext, "rounds">): Promise<Report> {
  const pieces = Array.from({ length: PIECES }, (_, index) => logText(index));
  const time = await interleave(FEW_ROUNDS, {
    ours: () => overAll(pieces, (piece) => redactText(sanitizeText(piece))),
    naive: () => overAll(pieces, (piece) => piece.replace(NAIVE, "[redacted]")),
  });
  const { unit, short, long } = await slowestGrowth(rounds);
  return {
    findings: [
      compare({
        what: "sanitizing and redacting 50 MB of logs",
        ours: time("ours"),
        baseline: time("naive"),
        baselineName: "one naive pass of the same patterns",
        limit: 4,
        unit: "ms",
      }),
      compare({
        what: `the slowest growth of ${HOSTILE.length} adversarial texts (${
          JSON.stringify(unit.slice(0, 24))
        } repeated)`,
        ours: [long],
        baseline: [Math.max(short, SHORTEST_RUN)],
        baselineName: "the text an eighth as long",
        limit: 3 * GROWTH, // quadratic work would grow by 64
        unit: "ms",
      }),
    ],
  };
}

function overAll(pieces: readonly string[], work: (piece: string) => unknown): Promise<number> {
  return milliseconds(() => {
    for (const piece of pieces) work(piece);
    return Promise.resolve();
  });
}

interface Growth {
  /** What the text repeats. */
  readonly unit: string;
  /** Milliseconds for the short and the long text; the shortest of several runs, because all else can only lengthen one. */
  readonly short: number;
  readonly long: number;
}

/** The adversarial text whose time grows most with its length. */
async function slowestGrowth(rounds: number): Promise<Growth> {
  const growths: Growth[] = [];
  for (const unit of HOSTILE) growths.push(await measureGrowth(unit, 1));
  const ratio = ({ short, long }: Growth): number => long / Math.max(short, SHORTEST_RUN);
  const [slowest] = growths.toSorted((left, right) => ratio(right) - ratio(left));
  if (slowest === undefined) throw new Error("Cannot measure adversarial texts: there are none");
  return await measureGrowth(slowest.unit, rounds); // once more, and longer: it may have been an accident
}

async function measureGrowth(unit: string, rounds: number): Promise<Growth> {
  const work = (length: number): Sample => {
    const text = repeatTo(unit, length);
    return () => overAll([text], (piece) => redactText(sanitizeText(piece)));
  };
  const time = await interleave(rounds, { short: work(LENGTH), long: work(GROWTH * LENGTH) });
  return { unit, short: Math.min(...time("short")), long: Math.min(...time("long")) };
}

/** A megabyte of what servers write: levels and times, access logs, JSON, logfmt, colours, stack traces, and now and then a secret. */
function logText(seed: number): string {
  const lines: string[] = [];
  let length = 0;
  for (let index = seed * 100_000; length < PIECE; index++) {
    const line = logLine(index);
    lines.push(line);
    length += line.length + 1;
  }
  return lines.join("\n");
}

function logLine(index: number): string {
  const two = (value: number): string => String(value % 60).padStart(2, "0");
  const time = `2026-01-${String(1 + index % 28).padStart(2, "0")}T10:${two(index)}:${
    two(index >> 6)
  }Z`;
  if (index % 5000 === 0) return `${time} INFO config loaded: DB_PASSWORD=hunter2 DB_HOST=db`;
  switch (index % 16) {
    case 0:
      return `${time} INFO [http-nio-8080-exec-${
        index % 9
      }] c.e.shop.OrderController : GET /api/v1/orders/${index} status=200`;
    case 1:
      return `10.0.${index % 255}.7 - - [10/Jan/2026:10:00:00 +0000] "GET /app.${
        index.toString(16)
      }.js HTTP/1.1" 200 ${index} "-" "Mozilla/5.0 (X11)"`;
    case 2:
      return `{"level":"info","ts":"${time}","msg":"handled","path":"/cart","trace_id":"${
        String(index).padStart(32, "0")
      }"}`;
    case 3:
      return `\x1b[32mINFO\x1b[0m ${time} listening on 0.0.0.0:8080 pid=${index}`;
    case 4:
      return `level=warn ts=${time} caller=main.go:${
        index % 900
      } msg="slow lookup" key=user:${index} took=12ms`;
    case 5:
      return `\tat com.example.shop.auth.SessionFilter.doFilter(SessionFilter.java:${index % 400})`;
    case 6:
      return `${time} DEBUG db: connected to postgres://app@db:5432/shop?pool=10&name=a%20b`;
    default:
      return `${time} INFO GET /api/v1/items/${index} status=200 bytes=${index % 9999} duration=${
        index % 1000
      }ms`;
  }
}
