import assert from "node:assert/strict";
import { parseImageReference } from "../../src/docker/reference.ts";
import {
  judgeTransfer,
  registryEntryMistake,
  type RegistryLists,
  registryPolicy,
} from "../../src/safety/registry_policy.ts";
import type { RegistryUse } from "../../src/tools/registry.ts";

function judge(image: string, use: RegistryUse, lists: RegistryLists): void {
  const reference = parseImageReference(image);
  assert.ok(reference, image);
  registryPolicy(lists).judge(reference, use);
}

function refuses(image: string, use: RegistryUse, lists: RegistryLists, words?: RegExp): void {
  const refused = { name: "RefusedError", code: "policy", ...(words && { message: words }) };
  assert.throws(() => judge(image, use, lists), refused, image);
}

Deno.test("registryPolicy() allows every registry where none is listed, and none where the list is empty", () => {
  for (const image of ["redis", "ghcr.io/a/b:1", "localhost:5000/x"]) {
    judge(image, "pull", {});
    judge(image, "push", { push: [] });
    refuses(image, "pull", { pull: [] }, /no registry is$/);
    refuses(image, "push", { pull: [] });
  }
});

Deno.test("registryPolicy() compares hosts by every name they have", () => {
  const hub = ["redis", "library/redis", "docker.io/redis", "index.docker.io/a/b", "Docker.io/a/b"];
  for (const image of hub) {
    for (const entry of ["docker.io", "index.docker.io", "DOCKER.IO"]) {
      judge(image, "pull", { pull: [entry] });
    }
    refuses(
      image,
      "pull",
      { pull: ["ghcr.io"] },
      /"docker\.io": it is not an allowed registry, only ghcr/,
    );
  }
  judge("ghcr.io:443/a/b", "pull", { pull: ["ghcr.io"] });
  judge("GHCR.IO/a/b", "pull", { pull: ["ghcr.io"] });
});

Deno.test("registryPolicy() is not deceived by hosts that only look alike", () => {
  const near = [
    ...["ghcr.io.evil.example/a", "evilghcr.io/a", "ghcr.io:5000/a", "evil.example/ghcr.io/a"],
    ...["ghcr-io.example/a", "localhost/ghcr.io/a", "xn--ghcr-io.example/a"],
  ];
  for (const image of near) refuses(image, "pull", { pull: ["ghcr.io"] });
  refuses("docker.io.evil.example/redis", "pull", { pull: ["docker.io"] });
  refuses("localhost:5001/a", "pull", { pull: ["localhost:5000"] });
});

Deno.test("registryPolicy() takes *. for whatever is below a domain, and not for the domain", () => {
  const pull = ["*.dkr.ecr.eu-west-1.amazonaws.com"];
  judge("1234.dkr.ecr.eu-west-1.amazonaws.com/shop", "pull", { pull });
  judge("a.b.dkr.ecr.eu-west-1.amazonaws.com/shop", "pull", { pull });
  refuses("dkr.ecr.eu-west-1.amazonaws.com/shop", "pull", { pull });
  refuses("evildkr.ecr.eu-west-1.amazonaws.com/shop", "pull", { pull });
  refuses("1234.dkr.ecr.eu-west-1.amazonaws.com.evil.example/shop", "pull", { pull });
});

Deno.test("registryPolicy() takes the list for pulls where there is none for pushes", () => {
  const both = { pull: ["docker.io"], push: ["registry.example"] };
  judge("redis", "pull", both);
  refuses("redis", "push", both, /^Cannot push to "docker\.io"/);
  judge("registry.example/a", "push", both);
  refuses("registry.example/a", "pull", both);
  judge("redis", "push", { pull: ["docker.io"], push: [] });
  refuses("registry.example/a", "push", { pull: ["docker.io"] });
  refuses("redis", "push", { push: ["registry.example"] });
});

Deno.test("registryPolicy() names the setting and the value that would allow a registry", () => {
  const remedy = (use: RegistryUse, lists: RegistryLists): unknown => {
    try {
      judge("quay.io/a", use, lists);
    } catch (error) {
      return (error as { remedy?: string }).remedy;
    }
    return undefined;
  };
  const adding = "The operator can allow it by adding quay.io to";
  assert.equal(remedy("pull", { pull: [] }), `${adding} SAFETY_ALLOWED_REGISTRIES`);
  assert.equal(remedy("push", { pull: [] }), `${adding} SAFETY_ALLOWED_REGISTRIES`);
  assert.equal(remedy("push", { push: ["a.example"] }), `${adding} SAFETY_ALLOWED_PUSH_REGISTRIES`);
});

Deno.test("registryPolicy() refuses addresses of cloud credentials even where they are listed", () => {
  const pull = ["169.254.169.254", "metadata.google.internal"];
  refuses("169.254.169.254/a", "pull", { pull }, /clouds keep credentials/);
  refuses("metadata.google.internal/a", "push", { pull });
  refuses("169.254.169.254/a", "pull", {});
});

Deno.test("judgeTransfer() reads the registry from the request itself", () => {
  const registries = registryPolicy({ pull: ["docker.io"] });
  const send = (entry: string, target: string, query: string): void =>
    judgeTransfer(entry, { target, query: new URLSearchParams(query), registries });
  send("POST /images/create", "create", "fromImage=redis&tag=7");
  send("POST /images/{ref}/push", "docker.io/a/b", "tag=1");
  send("GET /images/json", "json", "");
  const refused = { code: "policy" };
  assert.throws(() => send("POST /images/create", "create", "fromImage=ghcr.io/a"), refused);
  assert.throws(() => send("POST /images/create", "create", "tag=7"), refused);
  assert.throws(() => send("POST /images/create", "create", "fromImage=a b"), refused);
  assert.throws(() => send("POST /images/{ref}/push", "ghcr.io/a", ""), refused);
  assert.throws(() => send("POST /images/{ref}/push", "UPPER", ""), refused);
});

Deno.test("registryEntryMistake() takes hosts that an image can name, with or without port, and nothing else", () => {
  for (
    const entry of [
      "docker.io",
      "localhost",
      "localhost:5000",
      "*.example.com",
      "[::1]:5000",
      "10.0.0.1",
      "registry:5000",
      "GHCR.io",
      "*.localhost",
    ]
  ) {
    assert.equal(registryEntryMistake(entry), undefined, entry);
  }
  for (
    const entry of [
      "",
      "*",
      "https://ghcr.io",
      "ghcr.io/org",
      "a.*.b",
      "*ghcr.io",
      "ghcr.io:0",
      "a b",
      "none",
      "registry",
      "ghcr",
      "ghcr.io:99999",
      "-.example",
    ]
  ) {
    assert.match(registryEntryMistake(entry) ?? "", /expected host\[:port\] or \*\.domain/, entry);
  }
});

Deno.test("registryEntryMistake() tells who means Docker Hub what it is called", () => {
  for (const entry of ["hub.docker.com", "Docker.com", "*.docker.io", "dockerhub"]) {
    assert.equal(registryEntryMistake(entry), "is no registry; Docker Hub is docker.io", entry);
  }
});
