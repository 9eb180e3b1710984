import assert from "node:assert/strict";
import {
  streamedError,
  type Transfer,
  transferError,
} from "../../../src/docker/api/transfer_error.ts";
import { DockerError, type DockerErrorCode } from "../../../src/docker/errors.ts";

const AUTH = { username: "u", password: "hidden", serveraddress: "r.example" };

function transfer(more: Partial<Transfer> = {}): Transfer {
  return {
    action: 'pull image "r.example/team/app:1"',
    object: { kind: "image", id: "r.example/team/app:1" },
    registry: "r.example",
    repository: "team/app",
    login: {},
    ...more,
  };
}

function errorOf(reason: string, more: Partial<Transfer> = {}): DockerError {
  const error = transferError(streamedError(reason, transfer(more)), transfer(more));
  assert.ok(error instanceof DockerError);
  return error;
}

Deno.test("transferError() tells by the registry's words what is wrong and what to do", () => {
  const cases: [string, DockerErrorCode, RegExp][] = [
    [
      "manifest for r.example/team/app:1 not found: manifest unknown",
      "not_found",
      /name and the tag/,
    ],
    ["name unknown: repository name not known to registry", "not_found", /name and the tag/],
    [
      "Head https://r.example/v2/: no basic auth credentials",
      "unauthorized",
      /docker login r\.example/,
    ],
    ["unauthorized: authentication required", "unauthorized", /docker login/],
    ["pull access denied for team/app, repository does not exist", "not_found", /docker login/],
    ["denied: requested access to the resource is denied", "forbidden", /docker login/],
    ["dial tcp: lookup r.example: no such host", "server_error", /registry's name/],
    ["dial tcp 127.0.0.1:1: connect: connection refused", "server_error", /host reaches it/],
    ["x509: certificate signed by unknown authority", "server_error", /certs\.d/],
    ["http: server gave HTTP response to HTTPS client", "server_error", /insecure-registries/],
    ["toomanyrequests: You have reached your pull rate limit", "server_error", /^Wait/],
    ["no matching manifest for linux/s390x in the manifest list entries", "not_found", /platform/],
    ["An image does not exist locally with the tag: team/app", "not_found", /tag the image/],
  ];
  for (const [reason, code, remedy] of cases) {
    const error = errorOf(reason);
    assert.equal(error.code, code, reason);
    assert.equal(error.message, `Cannot pull image "r.example/team/app:1": Docker said: ${reason}`);
    assert.match(error.remedy ?? "", remedy);
  }
});

Deno.test("transferError() says whether credentials were sent, absent or out of reach", () => {
  const reason = "unauthorized: authentication required";
  assert.match(errorOf(reason).remedy ?? "", /config\.json has no credentials for "r\.example"$/);
  const sent = errorOf(reason, { login: { auth: AUTH } });
  assert.match(sent.remedy ?? "", /were sent and did not help: run docker login/);
  const missing = new DockerError("not_granted", "Cannot ask", { remedy: "Allow it" });
  assert.equal(errorOf(reason, { login: { missing } }).remedy, "Cannot ask. Allow it");
  assert.ok(!JSON.stringify([sent, sent.message, sent.remedy, sent.cause]).includes("hidden"));
});

Deno.test("transferError() reads nothing into the words of an image's own name", () => {
  const named = transfer({ repository: "denied/x509", registry: "r.example" });
  const error = transferError(streamedError("r.example/denied/x509:1 is odd", named), named);
  assert.equal((error as DockerError).code, "server_error");
  assert.equal((error as DockerError).remedy, undefined);
});

Deno.test("transferError() leaves alone what neither Engine nor registry said", () => {
  for (const error of [new Error("defect"), new DockerError("timeout", "not found")]) {
    assert.equal(transferError(error, transfer()), error);
  }
});
