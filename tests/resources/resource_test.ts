import assert from "node:assert/strict";
import { DockerError } from "../../src/docker/errors.ts";
import { containerLogsResource } from "../../src/resources/container_logs.ts";
import { containerStatsResource } from "../../src/resources/container_stats.ts";
import { resourceAt, resourceError, ResourceNotFoundError } from "../../src/resources/resource.ts";

const resources = [containerLogsResource, containerStatsResource];

Deno.test("resourceAt() finds the resource of a URI, and the container it names", () => {
  const cases: [string, string, string][] = [
    ["container://logs/web", "container_logs", "web"],
    ["container://stats/4f1c2d3e4a5b", "container_stats", "4f1c2d3e4a5b"],
    ["container://logs/shop_api-1.blue", "container_logs", "shop_api-1.blue"],
    ["container://logs/w%65b", "container_logs", "web"],
  ];
  for (const [uri, name, value] of cases) {
    const found = resourceAt(resources, uri);
    assert.deepEqual([found.resource.name, found.value], [name, value], uri);
  }
});

Deno.test("resourceAt() finds nothing where a URI is not exactly one of a template", () => {
  const strange = [
    "",
    "container://logs",
    "container://logs/",
    "container://logs//web",
    "container://logs/web/",
    "container://logs/web/json",
    "container://logs/../stats/web",
    "container://logs/..",
    "container://logs/%2e%2e",
    "container://logs/web%2Fjson",
    "container://logs/%2Fweb",
    "container://logs/web%00",
    "container://logs/web%0Ajson",
    "container://logs/w%2565b",
    "container://logs/%",
    "container://logs/%ff",
    "container://logs/web?follow=1",
    "container://logs/web%3Ffollow=1",
    "container://logs/web#end",
    "container://logs/wéb",
    "container://logs/ web",
    "container://logs/{container_id}",
    "container://logs/" + "a".repeat(300),
    "CONTAINER://logs/web",
    "container:/logs/web",
    "container://events/web",
    " container://logs/web",
    "file:///etc/passwd",
  ];
  for (const uri of strange) {
    assert.throws(() => resourceAt(resources, uri), (error) => {
      assert.ok(error instanceof ResourceNotFoundError, uri);
      assert.equal(error.uri, uri);
      return error.message.length < 300;
    });
  }
});

Deno.test("Resource.uri() makes a URI that resourceAt() reads back", () => {
  for (const resource of resources) {
    for (const value of ["web", "shop_api-1.blue", "4f1c2d3e4a5b"]) {
      const found = resourceAt(resources, resource.uri(value));
      assert.deepEqual([found.resource, found.value], [resource, value]);
    }
  }
});

Deno.test("resourceError() turns a missing object into a missing resource, and nothing else", () => {
  const missing = new DockerError("not_found", "Cannot inspect container");
  const error = resourceError(missing, "container://logs/web");
  assert.ok(error instanceof ResourceNotFoundError);
  assert.equal(error.cause, missing);
  for (const other of [new DockerError("timeout", "Cannot wait"), new Error("x"), "x"]) {
    assert.equal(resourceError(other, "container://logs/web"), other);
  }
});

Deno.test("Resource.listed() names containers by name, by id where the name cannot be asked by, and stats of those that run", () => {
  const row = (id: string, name: string, status: string) => ({
    id,
    name,
    image: "nginx:1",
    status,
  });
  const output = {
    containers: [
      row("aaaaaaaaaaaa", "web", "running"),
      row("bbbbbbbbbbbb", "", "paused"),
      row("cccccccccccc", "odd name", "exited"),
    ],
    count: 3,
  };
  assert.deepEqual(containerLogsResource.listed(output).map(({ uri, title }) => [uri, title]), [
    ["container://logs/web", "Logs of web (nginx:1, running)"],
    ["container://logs/bbbbbbbbbbbb", "Logs of bbbbbbbbbbbb (nginx:1, paused)"],
    ["container://logs/cccccccccccc", "Logs of cccccccccccc (nginx:1, exited)"],
  ]);
  assert.deepEqual(
    containerStatsResource.listed(output).map(({ uri, mimeType }) => [uri, mimeType]),
    [
      ["container://stats/web", "application/json"],
      ["container://stats/bbbbbbbbbbbb", "application/json"],
    ],
  );
  assert.deepEqual(containerLogsResource.listed({}), []);
});

Deno.test("what lists and reads a resource goes by the resource's name", () => {
  for (const { name, list, read } of resources) {
    for (const operation of [list, read]) {
      assert.deepEqual([operation.kind, operation.name, operation.safety], [
        "resource",
        name,
        "safe",
      ]);
    }
  }
});

Deno.test("Resource.contents() says what is missing in a log, and where the text comes from", () => {
  assert.deepEqual(
    containerLogsResource.contents({
      logs: "line\n",
      container_id: "4f1c2d3e4a5b",
      truncation_info: { truncated: true, message: "Only the newest 2 lines are shown" },
    }),
    {
      text: "line\n",
      note: "Only the newest 2 lines are shown",
      source: "container-logs 4f1c2d3e4a5b",
    },
  );
});
