import assert from "node:assert/strict";
import type { DockerErrorCode } from "../../../src/docker/errors.ts";
import { transportFailure } from "../../../src/docker/transport/failure.ts";

const CONTEXT = { endpoint: "unix:///x.sock", path: "/nonexistent/x.sock", flags: "--allow-x" };

function fetchFailure(cause: string): TypeError {
  return new TypeError("fetch failed", { cause: new Error(`error sending request: ${cause}`) });
}

function nodeFailure(code: string, message = `connect ${code} /x.sock`): Error {
  return Object.assign(new Error(message), { code });
}

// The words are those that Deno's fetch and node:net were seen to use.
const CASES: readonly (readonly [Error, DockerErrorCode, RegExp])[] = [
  [
    fetchFailure("client error (Connect): No such file or directory (os error 2)"),
    "unreachable",
    /no such socket/,
  ],
  [
    fetchFailure("client error (Connect): Connection refused (os error 111)"),
    "unreachable",
    /nothing listens/,
  ],
  [
    fetchFailure("client error (Connect): Permission denied (os error 13)"),
    "permission_denied",
    /permission denied/,
  ],
  [
    fetchFailure("client error (Connect): invalid peer certificate: UnknownIssuer"),
    "unreachable",
    /TLS failed \(UnknownIssuer\)/,
  ],
  [
    fetchFailure("client error (Connect): No route to host (os error 113)"),
    "unreachable",
    /No route to host/,
  ],
  [
    fetchFailure("client error (SendRequest): connection closed before message completed"),
    "incomplete",
    /broke off/,
  ],
  [fetchFailure("Broken pipe (os error 32)"), "incomplete", /broke off/],
  [nodeFailure("ENOENT"), "unreachable", /no such socket/],
  [nodeFailure("ECONNREFUSED"), "unreachable", /nothing listens/],
  [nodeFailure("EACCES"), "permission_denied", /permission denied/],
  [nodeFailure("ENOTFOUND", "getaddrinfo ENOTFOUND nowhere"), "unreachable", /host name/],
  [nodeFailure("ECONNRESET", "socket hang up"), "incomplete", /broke off/],
  [nodeFailure("ETIMEDOUT"), "unreachable", /ETIMEDOUT/],
];

for (const [error, code, message] of CASES) {
  const words = error.cause instanceof Error ? error.cause.message : error.message;
  Deno.test(`transportFailure() takes "${words}" for ${code}`, async () => {
    const failure = await transportFailure(error, CONTEXT);
    assert.equal(failure.code, code);
    assert.match(failure.message, message);
    assert.ok(failure.remedy);
    assert.equal(failure.cause, error);
  });
}

Deno.test("transportFailure() says whose a closed socket is", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.chmod(path, 0o660);
    const failure = await transportFailure(nodeFailure("EACCES"), { ...CONTEXT, path });
    assert.match(failure.message, /\(mode 660, group id \d+\)$/);
  } finally {
    await Deno.remove(path);
  }
});
