import assert from "node:assert/strict";
import type { PortBindings } from "../../src/docker/types.ts";
import { container, verdict } from "./security_fixtures.ts";

const published = (bindings: PortBindings) =>
  container({ details: { NetworkSettings: { Ports: bindings } } });
const mounted = (Source: string, RW: boolean) =>
  container({ details: { Mounts: [{ Type: "bind", Source, Destination: "/m", RW }] } });

function check(
  id: string,
  cases: readonly (readonly [string, ReturnType<typeof container>])[],
): void {
  for (const [expected, subject] of cases) {
    const found = verdict(id, { containers: [subject] });
    assert.ok(found.startsWith(expected), `${id}: ${found}, expected ${expected}`);
  }
}

Deno.test("5.26 reads the value of no-new-privileges, not only its name", () => {
  const options = (...SecurityOpt: string[]) => container({ host: { SecurityOpt } });
  check("5.26", [
    ["fail", options("no-new-privileges:false")],
    ["fail", options("no-new-privileges=false")],
    ["fail", options("no-new-privileges", "no-new-privileges=0")],
    ["fail", container()],
    ["pass", options("no-new-privileges")],
    ["pass", options("no-new-privileges:true")],
    ["pass", options("no-new-privileges=true")],
    ["pass", container({ info: { SecurityOptions: ["name=no-new-privileges"] } })],
  ]);
  const overruled = container({
    host: { SecurityOpt: ["no-new-privileges:false"] },
    info: { SecurityOptions: ["name=no-new-privileges"] },
  });
  check("5.26", [["fail", overruled]]);
});

Deno.test("5.15 fails restarts without end, on-failure:0 among them", () => {
  const policy = (Name: string, MaximumRetryCount = 0) =>
    container({ host: { RestartPolicy: { Name, MaximumRetryCount } } });
  check("5.15", [
    ["fail", policy("always")],
    ["fail", policy("unless-stopped")],
    ["fail", policy("on-failure", 0)],
    ["fail", policy("on-failure", 6)],
    ["pass", policy("on-failure", 5)],
    ["pass", policy("on-failure", 1)],
    ["pass", policy("no")],
    ["pass", policy("")],
  ]);
});

Deno.test("5.14 knows every spelling of every address, IPv6 among them", () => {
  const at = (HostIp: string) => published({ "80/tcp": [{ HostIp, HostPort: "8080" }] });
  check("5.14", [
    ["fail", at("0.0.0.0")],
    ["fail: [::]:8080->80/tcp", at("::")],
    ["fail", at("")],
    ["fail", at("0:0:0:0:0:0:0:0")],
    ["pass", at("127.0.0.1")],
    ["pass", at("::1")],
    ["pass", at("10.0.0.1")],
    ["pass", published({ "80/tcp": null })],
    ["fail", container({ host: { PortBindings: { "80/tcp": [{ HostPort: "81" }] } } })],
  ]);
  const both = published({
    "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }, { HostIp: "::", HostPort: "80" }],
  });
  check("5.14", [["fail: [::]:80->80/tcp", both]]);
});

Deno.test("5.8 sees IPv6 bindings and leaves port 1024 alone", () => {
  const at = (HostIp: string, HostPort: string) => published({ "80/tcp": [{ HostIp, HostPort }] });
  check("5.8", [
    ["fail: [::]:443->80/tcp", at("::", "443")],
    ["fail", at("127.0.0.1", "1023")],
    ["fail", at("0.0.0.0", "1")],
    ["pass", at("0.0.0.0", "1024")],
    ["pass", at("::", "1024")],
    ["pass", at("", "0")],
    ["pass", at("", "")],
    ["fail", container({ host: { PortBindings: { "80/tcp": [{ HostPort: "80-90" }] } } })],
  ]);
});

Deno.test("5.6 fails sensitive mounts whether writable or not, above and below the known directories", () => {
  check("5.6", [
    ["fail: Mounts: / (read-only)", mounted("/", false)],
    ["fail: Mounts: /var/run (writable)", mounted("/var/run", true)],
    ["fail", mounted("/root", false)],
    ["fail", mounted("/etc/ssh", false)],
    ["fail", mounted("/var", true)],
    ["fail", mounted("/usr//lib/", true)],
    ["fail", container({ host: { Binds: ["/etc:/host:ro"] } })],
    ["fail", container({ host: { Mounts: [{ Type: "bind", Source: "/boot", ReadOnly: true }] } })],
    ["pass", mounted("/srv/shop", true)],
    ["pass", mounted("/home/me/shop", true)],
    ["pass", mounted("/host_mnt/Users/me/shop", true)],
    ["pass", mounted("/run/desktop/mnt/host/c/Users/me/shop", true)],
    ["fail", mounted("/host_mnt/etc", false)],
    ["fail", mounted("/host_mnt", false)],
    ["pass", mounted("/etc/ssl/certs", false)],
    ["fail", mounted("/etc/ssl/private", false)],
    ["pass", mounted("/etc/localtime", false)],
    ["fail", mounted("/etc/localtime", true)],
    ["pass", container()],
  ]);
});

Deno.test("5.32 fails sockets of every runtime, and directories that contain one", () => {
  check("5.32", [
    ["fail", mounted("/var/run/docker.sock", false)],
    ["fail", mounted("/run/containerd/containerd.sock", true)],
    ["fail", mounted("/run/podman/podman.sock", true)],
    ["fail", mounted("/var/run", true)],
    ["fail", mounted("/run", false)],
    ["fail", mounted("/", false)],
    ["fail", mounted("/run/user/1000", true)],
    ["pass", mounted("/srv/docker.sock.d", true)],
    ["pass", mounted("/run/postgresql", true)],
    ["pass", container()],
  ]);
});

Deno.test("5.22 fails without seccomp for any reason, and has profiles of their own reviewed", () => {
  const options = (...SecurityOpt: string[]) => container({ host: { SecurityOpt } });
  const daemon = (...SecurityOptions: string[]) => container({ info: { SecurityOptions } });
  check("5.22", [
    ["fail", container({ host: { Privileged: true } })],
    ["fail", container({ host: { Privileged: true, SecurityOpt: ["seccomp=builtin"] } })],
    ["fail", options("seccomp=unconfined")],
    ["fail", options("seccomp:unconfined")],
    ["warn", options('seccomp={"defaultAction":"SCMP_ACT_ALLOW"}')],
    ["fail", daemon()],
    ["fail", daemon("name=seccomp,profile=unconfined")],
    ["pass", daemon("name=seccomp,profile=builtin")],
    ["pass", container()],
  ]);
  const own = container({
    host: { SecurityOpt: ["seccomp=builtin"] },
    info: { SecurityOptions: ["name=seccomp,profile=unconfined"] },
  });
  check("5.22", [["pass", own]]);
});
