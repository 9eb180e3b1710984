import assert from "node:assert/strict";
import type { ContainerDetails, ContainerSummary } from "../../src/docker/types.ts";
import { excerptSections, reportsFailure } from "../../src/prompts/log_excerpt.ts";
import { namedHosts } from "../../src/prompts/named_hosts.ts";
import { dependencyLines } from "../../src/prompts/network_peers.ts";

function row(name: string, State: string, more: Partial<ContainerSummary> = {}): ContainerSummary {
  return {
    Id: name,
    Names: [`/${name}`],
    State,
    Status: State === "running" ? "Up 2 hours" : "Exited (1) 2 hours ago",
    ...more,
  };
}

Deno.test("namedHosts() finds hosts in URLs, addresses and lists, and nothing of passwords", () => {
  const hosts = namedHosts([
    "DATABASE_URL=postgres://app:p4ss@DB:5432/app",
    "REDIS_HOST=cache",
    "KAFKA_BROKERS=k1:9092,k2:9092",
    "UPSTREAM=http://[fd00::1]:80/",
    "JDBC=jdbc:mysql://sql/x",
    "TARGET=queue:5672",
    "MODE=web",
    "NOTHING",
    "=x",
  ]);
  assert.deepEqual(
    hosts.map(({ variable, host, port, isCertain }) => [variable, host, port, isCertain]),
    [
      ["DATABASE_URL", "db", 5432, true],
      ["REDIS_HOST", "cache", undefined, true],
      ["KAFKA_BROKERS", "k1", 9092, true],
      ["KAFKA_BROKERS", "k2", 9092, true],
      ["UPSTREAM", "fd00::1", 80, true],
      ["JDBC", "sql", undefined, true],
      ["TARGET", "queue", 5672, false],
    ],
  );
  assert.ok(!JSON.stringify(hosts).includes("p4ss"));
});

Deno.test("dependencyLines() tells which neighbours are down, those it names first, and which do not exist", () => {
  const web: ContainerDetails = {
    Id: "web",
    Name: "/web",
    Config: {
      Hostname: "0123",
      Env: [
        "DB_HOST=db",
        "CACHE_URL=redis://cache:6379",
        "SEARCH_HOST=search",
        "SELF_HOST=web",
        "API_URL=https://api.example.com",
      ],
    },
  };
  const lines = dependencyLines(web, [
    row("other", "exited"),
    row("shop-db-1", "exited", { Labels: { "com.docker.compose.service": "db" } }),
    row("cache", "running", { Status: "Up 2 hours (unhealthy)" }),
    row("search", "running"),
    row("idle", "running"),
    row("web", "exited"),
  ]);
  assert.deepEqual(lines, [
    "shop-db-1, which DB_HOST names, is down: exited (Exited (1) 2 hours ago)",
    "cache, which CACHE_URL names, is down: Up 2 hours (unhealthy)",
    "other on a common network is down: exited (Exited (1) 2 hours ago)",
    "search, which SEARCH_HOST names, is running",
  ]);
  const alone = dependencyLines(web, []);
  assert.match(alone[0] ?? "", /^"db", which DB_HOST names, is no container on its networks/);
  assert.equal(alone.length, 3);
});

Deno.test("reportsFailure() knows how programs report failures, and how they say that all is well", () => {
  for (
    const line of [
      "ERROR: boom",
      "level=error msg=x",
      "fatal: no",
      "panic: runtime error",
      "Traceback (most recent call last):",
      "java.lang.NullPointerException",
      "ValueError: x",
      "connect ECONNREFUSED 127.0.0.1",
      "permission denied",
      "No space left on device",
      "bind: address failed",
      "killed",
      "request timed out",
    ]
  ) assert.ok(reportsFailure(line), line);
  for (
    const line of [
      "0 errors",
      "no errors found",
      "errors=0",
      '"error":null',
      "error_log /dev/stdout",
      "listening on 80",
      "err=nil",
      "without failures",
      "terrors",
    ]
  ) assert.ok(!reportsFailure(line), line);
});

Deno.test("excerptSections() shows the lines around the first failure and the newest ones, none twice", () => {
  const lines = Array.from(
    { length: 100 },
    (_, index) => index === 40 || index === 60 ? `error ${index}` : `fine ${index}`,
  );
  const [around, newest] = excerptSections({ lines, isCut: false }, 400);
  assert.match(around?.title ?? "", /\(line 41 of the newest 100 lines\)$/);
  assert.deepEqual([around?.lines[0], around?.lines.at(-1)], ["fine 35", "fine 52"]);
  assert.deepEqual([newest?.lines[0], newest?.lines.at(-1), newest?.lines.length], [
    "fine 85",
    "fine 99",
    15,
  ]);
  const [late, rest] = excerptSections({ lines: lines.slice(50, 63), isCut: true }, 400);
  assert.deepEqual([late?.lines.length, rest?.lines], [8, []]);
  const none = excerptSections({ lines: ["a"], isCut: false }, 400);
  assert.deepEqual(none.map(({ lines }) => lines), [[], ["a"]]);
});
