import assert from "node:assert/strict";
import { isLoopbackHost, isMetadataHost, registryHost } from "../../src/docker/registry_host.ts";

Deno.test("registryHost() knows Docker Hub by all its names, and a registry in any case", () => {
  const hub = [
    undefined,
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "Docker.IO",
    "docker.io:443",
  ];
  for (const domain of hub) assert.equal(registryHost(domain), "docker.io", domain);
  assert.equal(registryHost("GHCR.io"), "ghcr.io");
  assert.equal(registryHost("ghcr.io:443"), "ghcr.io");
  assert.equal(registryHost("ghcr.io:5000"), "ghcr.io:5000");
  assert.equal(registryHost("localhost:5000"), "localhost:5000");
  assert.equal(registryHost("docker.io.example"), "docker.io.example");
});

Deno.test("isMetadataHost() finds the addresses of cloud credentials in every spelling", () => {
  const hosts = [
    ...["169.254.169.254", "169.254.169.254:80", "169.254.0.1:5000", "2852039166", "0xa9fea9fe"],
    ...["0251.0376.0251.0376", "169.254.43518", "[fe80::1]", "[febf::1]:5000"],
    ...[
      "[::ffff:169.254.169.254]",
      "[::ffff:a9fe:a9fe]",
      "[fd00:ec2::254]",
      "[64:ff9b::a9fe:a9fe]",
    ],
    ...["metadata.google.internal", "Metadata.Google.Internal:80", "metadata", "instance-data"],
    ...["100.100.100.200", "168.63.129.16", "192.0.0.192", "169.254.169.254.nip.io"],
    ...["a-169-254-169-254.sslip.io", "a9fea9fe.nip.io", "x.A9FEA9FE.nip.io:80"],
    ...["metadata.oraclecloud.com"],
  ];
  for (const host of hosts) assert.equal(isMetadataHost(host), true, host);
});

Deno.test("isMetadataHost() leaves registries alone", () => {
  const hosts = [
    ...[undefined, "docker.io", "ghcr.io", "localhost:5000", "127.0.0.1:5000", "192.168.1.2:5000"],
    ...[
      "10.0.0.1",
      "[::1]:5000",
      "[fd00::1]",
      "metadata.example.com",
      "169.com",
      "100.100.100.201",
    ],
    ...["registry.internal", "169.25.4.1", "a9fea9fe.example.com", "ca9fea9fe.nip.io"],
  ];
  for (const host of hosts) assert.equal(isMetadataHost(host), false, host);
});

Deno.test("isLoopbackHost() finds the machine itself in every spelling", () => {
  const hosts = [
    ...["127.0.0.1", "127.1:8080", "2130706433", "0x7f.1", "0", "0.0.0.0:80", "[::1]:80", "[::]"],
    ...["[::ffff:127.0.0.1]", "LOCALHOST", "a.localhost:1", "localhost.", "ip6-loopback"],
    ...["host.docker.internal:8000", "127.0.0.1.nip.io", "a-127-0-0-1.sslip.io", "7f000001.nip.io"],
  ];
  for (const host of hosts) assert.ok(isLoopbackHost(host), host);
  const others = [
    "docker.io",
    "10.0.0.1",
    "128.0.0.1",
    "localhost.example",
    "notlocalhost",
    "[::2]",
  ];
  for (const host of [...others, "", "127.example.com"]) assert.ok(!isLoopbackHost(host), host);
});
