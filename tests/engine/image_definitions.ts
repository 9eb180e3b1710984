/** What a test image is: a command, and what Docker can be told about it. */
export interface ImageDefinition {
  /** What it is for, as a clause about the container. */
  readonly purpose: string;
  /** Run by `sh -c`; a container without one runs until it is stopped. */
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Run by `sh -c` inside the container every second. */
  readonly healthCheck?: string;
}

/** Waits for ever, and ends at once on SIGTERM, which PID 1 ignores unless it says otherwise. */
const WAIT = "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done";

/** The images that tests can run, as `mcp-docker-test/<name>:1`. */
export const IMAGES = {
  busybox: { purpose: "waits, with a shell and the usual programs at hand" },
  web: {
    purpose: "serves one page on port 8080, and is healthy",
    script: "mkdir -p /www && echo '<h1>It works</h1>' >/www/index.html && " +
      "trap 'exit 0' TERM; httpd -f -p 8080 -h /www & wait $!",
    port: 8080,
    healthCheck: "wget -O /dev/null http://127.0.0.1:8080/ 2>/dev/null",
  },
  chatty: {
    purpose:
      "writes LINES lines (0: without end) to each of stdout and stderr in turn, PAUSE seconds apart",
    script: "i=0; while [ $LINES = 0 ] || [ $i -lt $LINES ]; do i=$((i + 1)); " +
      'echo "out $i"; echo "err $i" >&2; [ $PAUSE = 0 ] || sleep $PAUSE; done',
    env: { LINES: "10", PAUSE: "0" },
  },
  crash: {
    purpose: "reports an error and exits with CODE",
    script: "echo 'fatal: cannot open /data/settings.json' >&2; exit $CODE",
    env: { CODE: "137" },
  },
  stubborn: {
    purpose: "ignores SIGTERM",
    script: "trap '' TERM; echo ready; while :; do sleep 1; done",
  },
  polite: {
    purpose: "says goodbye on SIGTERM and exits with 0 at once",
    script: "trap 'echo goodbye; exit 0' TERM; echo ready; while :; do sleep 3600 & wait $!; done",
  },
  secrets: {
    purpose: "has secrets in its environment, and one setting that only looks like one",
    env: {
      DB_PASSWORD: "correct-horse-battery-staple",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      DATABASE_URL: "postgres://app:hunter2@db.example:5432/app",
      KEYBOARD_LAYOUT: "dvorak",
    },
  },
  binary: {
    purpose: "prints bytes that are not UTF-8, NULs, and half a character at the end",
    script: "printf 'before\\n\\377\\376\\000\\001\\303\\050\\000after\\n\\342\\202'",
  },
  sick: { purpose: "runs, and is never healthy", healthCheck: "echo 'no heartbeat' >&2; exit 1" },
  labels: {
    purpose: "has odd labels",
    labels: {
      empty: "",
      quotes: `"double" 'single' \`back\``,
      dollar: "$HOME ${PATH} \\",
      unicode: "größe 漢字 🐳",
      "org.opencontainers.image.title": "Odd labels",
    },
  },
} as const satisfies Record<string, ImageDefinition>;

/** A name of an image that tests can run. */
export type TestImage = keyof typeof IMAGES;

/** The reference by which the Engine knows a test image. */
export function imageReference(name: string): string {
  return `mcp-docker-test/${name}:1`;
}

/** A container configuration, as far as test images need one. */
export interface ImageConfig extends Record<string, unknown> {
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck?: Readonly<Record<string, unknown>>;
}

/** The definition in the Engine's words. */
export function imageConfig(definition: ImageDefinition): ImageConfig {
  const { script = WAIT, env = {}, labels = {}, port, healthCheck } = definition;
  return {
    Cmd: ["sh", "-c", script],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: labels,
    ...port === undefined ? {} : { ExposedPorts: { [`${port}/tcp`]: {} } },
    ...healthCheck === undefined ? {} : { Healthcheck: healthConfig(healthCheck) },
  };
}

function healthConfig(command: string): Record<string, unknown> {
  const second = 1_000_000_000; // the Engine counts in nanoseconds
  return { Test: ["CMD-SHELL", command], Interval: second, Timeout: 5 * second, Retries: 2 };
}
