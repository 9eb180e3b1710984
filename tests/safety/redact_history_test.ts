import assert from "node:assert/strict";
import { hideHistory, looksSecret, redactHistory } from "../../src/safety/redact_history.ts";

const RANDOM = "aB3dE5fG7hJ9kL1mN2pQ";

Deno.test("redactHistory() redacts build arguments and variables by their keys", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "RUN |2 npm_secret=one two VERSION=1.2 /bin/sh -c make # buildkit",
      "RUN |2 npm_secret=[redacted:env] VERSION=1.2 /bin/sh -c make # buildkit",
    ],
    ["|1 DB_PASS=x y /bin/bash -c make", "|1 DB_PASS=[redacted:env] /bin/bash -c make"],
    ["ENV A=b DB_PASSWORD=x y C=d", "ENV A=b DB_PASSWORD=[redacted:env] C=d"],
    ["/bin/sh -c #(nop)  ENV API_TOKEN=x", "/bin/sh -c #(nop)  ENV API_TOKEN=[redacted:env]"],
    ["Step 3/5 : ARG API_TOKEN=x", "Step 3/5 : ARG API_TOKEN=[redacted:env]"],
    ["ENV DB_PASSWORD one two", "ENV DB_PASSWORD [redacted:env]"],
  ];
  for (const [text, expected] of cases) assert.equal(redactHistory(text), expected);
});

Deno.test("redactHistory() redacts what looks random under a key that says nothing", () => {
  assert.equal(
    redactHistory(`|2 FOO=${RANDOM} VERSION=1.2.3 /bin/sh -c make`),
    "|2 FOO=[redacted:env] VERSION=1.2.3 /bin/sh -c make",
  );
  assert.equal(redactHistory(`ENV LICENSE="${RANDOM}"`), "ENV LICENSE=[redacted:env]");
  assert.equal(redactHistory(`ENV LICENSE ${RANDOM}`), "ENV LICENSE [redacted:env]");
  assert.equal(
    redactHistory(`{"CreatedBy":"ENV LICENSE=${RANDOM}","Size":0}`),
    `{"CreatedBy":"ENV LICENSE=[redacted:env]","Size":0}`,
  );
  // Elsewhere a word that looks random is more often the name of something.
  for (const text of [`LICENSE=${RANDOM}`, `RUN echo ${RANDOM}`, `COPY ${RANDOM} /`]) {
    assert.equal(redactHistory(text), text);
  }
});

Deno.test("looksSecret() tells random words from what people and builds write", () => {
  const secrets = [
    RANDOM,
    "9f8Gh2Kl0PqRs7TuVw",
    "P@5sw0rdKq9xZ7vT",
    "k3j4h5g6f7d8s9a0",
    "dGhpc2lzYXNlY3JldA==",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  ];
  for (const value of secrets) assert.equal(looksSecret(value), true, value);
  const harmless = [
    "",
    "short1A",
    "d670460b4b4aece5915caf5c68d12f560a9fe3e4",
    `sha256:${"0123456789abcdef".repeat(4)}`,
    "sha512-CVmyYBNBEUI377uoipwWoRjs6JG34cfFE1UNbgeSFsTPPw==",
    "7169605F62C751356D054A26A821E680E5FA6305",
    "123e4567-e89b-12d3-a456-426614174000",
    "https://www.php.net/distributions/php-8.2.13.tar.xz",
    "/usr/local/lib/python3.12/site-packages",
    "registry.example.com:5000/team/app:1.2.3-alpine3.18",
    "arn:aws:iam::123456789012:role/Dev2Prod",
    "16.1-1.pgdg120+1",
    "jdk-17.0.9+9",
    "libcudnn8=8.9.6.50-1+cuda12.2",
    "xterm-256color",
    "utf8mb4_unicode_ci",
    "x86_64-unknown-linux-musl",
    "2024-01-01T12:34:56.789Z",
    "20231005T123456Z",
    "com.example.App1Main2Server",
    "nginx-ingress-7d9f8c6b5-x2x4z",
    "-XX:+UseG1GC",
    "$HOME/Bin2Path3/X4y5Z6",
    "ann.example1@Mail2Host.example",
    "my-super-web-application",
    "en-US,en;q=0.9",
  ];
  for (const value of harmless) assert.equal(looksSecret(value), false, value);
});

Deno.test("hideHistory() hides every value and keeps the keys", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "RUN |2 A=one two B=2 /bin/sh -c make A=3",
      "RUN |2 A=[redacted:env] B=[redacted:env] /bin/sh -c make A=3",
    ],
    ["ENV PATH=/usr/bin TZ=UTC", "ENV PATH=[redacted:env] TZ=[redacted:env]"],
    ["ENV TZ UTC", "ENV TZ [redacted:env]"],
    ['CMD ["nginx"]', 'CMD ["nginx"]'],
  ];
  for (const [text, expected] of cases) {
    assert.equal(hideHistory(text), expected);
    assert.equal(hideHistory(expected), expected);
  }
});
