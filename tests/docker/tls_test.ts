import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import { createDocker } from "../../src/docker/client.ts";
import { type Endpoint, resolveEndpoint } from "../../src/docker/endpoint.ts";
import { openTransport } from "../../src/docker/transport/open.ts";

/** Certificates as a person would make them for dockerd: a CA, a server, a client, and a stranger's client. */
class Certificates implements AsyncDisposable {
  private constructor(readonly directory: string) {}

  static async make(): Promise<Certificates> {
    const made = new Certificates(await Deno.makeTempDir({ prefix: "certificates-" }));
    await made.#authority("ca");
    await made.#authority("other-ca");
    await made.#signed("server", "ca", "subjectAltName=DNS:localhost,IP:127.0.0.1");
    await made.#signed("client", "ca", "extendedKeyUsage=clientAuth");
    await made.#signed("stranger", "other-ca", "extendedKeyUsage=clientAuth");
    return made;
  }

  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }

  async #authority(name: string): Promise<void> {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", this.path(`${name}-key.pem`), "-out", this.path(`${name}.pem`)];
    await openssl(["req", "-x509", ...key, "-days", "2", "-subj", `/CN=${name}`, ...files]);
  }

  async #signed(name: string, authority: string, extension: string): Promise<void> {
    const [key, request] = [this.path(`${name}-key.pem`), this.path(`${name}.csr`)];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", key, "-out", request];
    await openssl(["req", ...kind, "-subj", `/CN=${name}`, ...files]);
    const extensions = this.path(`${name}.ext`);
    await Deno.writeTextFile(extensions, extension);
    const signer = ["-CA", this.path(`${authority}.pem`), "-CAkey"];
    const [serial, days] = [["-CAcreateserial"], ["-days", "2"]];
    const out = ["-extfile", extensions, "-out", this.path(`${name}.pem`)];
    const signed = [...signer, this.path(`${authority}-key.pem`), ...serial, ...days, ...out];
    await openssl(["x509", "-req", "-in", request, ...signed]);
  }
}

async function openssl(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: [...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** An HTTPS server that wants a client certificate, as dockerd with --tlsverify; it answers and upgrades. */
class TlsEngine implements AsyncDisposable {
  private constructor(readonly server: Server, readonly port: number) {}

  static async start(certificates: Certificates): Promise<TlsEngine> {
    const read = (name: string) => Deno.readTextFileSync(certificates.path(name));
    const server = createServer({
      ca: read("ca.pem"),
      cert: read("server.pem"),
      key: read("server-key.pem"),
      requestCert: true,
      rejectUnauthorized: true,
    }, (request, response) => {
      response.setHeader("Api-Version", "1.45");
      response.end(request.url?.endsWith("/info") ? '{"Name":"secure"}' : "OK");
    });
    server.on("upgrade", (_request, socket) => {
      socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      socket.on("data", (data: Uint8Array) => {
        socket.write(new Uint8Array([1, 0, 0, 0, 0, 0, 0, data.length, ...data]));
      });
      socket.on("end", () => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    return new TlsEngine(server, address.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }
}

Deno.test("openTransport() over TLS with client certificates", async (t) => {
  await using certificates = await Certificates.make();
  await using engine = await TlsEngine.start(certificates);
  const tls = {
    verify: true,
    ca: certificates.path("ca.pem"),
    cert: certificates.path("client.pem"),
    key: certificates.path("client-key.pem"),
  };
  const endpointWith = (change: Record<string, unknown>, host = "localhost"): Promise<Endpoint> =>
    resolveEndpoint({
      platform: "linux",
      host: `tcp://${host}:${engine.port}`,
      tls: { ...tls, ...change },
    });
  const info = async (endpoint: Endpoint) => {
    using docker = createDocker(await openTransport(endpoint));
    return (await docker.system.info()).Name;
  };

  await t.step("reaches an Engine that wants our certificate, by name and address", async () => {
    assert.equal(await info(await endpointWith({})), "secure");
    assert.equal(await info(await endpointWith({}, "127.0.0.1")), "secure");
  });

  await t.step("upgrades connections, with half close", async () => {
    using docker = createDocker(await openTransport(await endpointWith({})));
    using exec = await docker.exec.startAttached("e");
    const writer = exec.stdin.getWriter();
    await writer.write(new TextEncoder().encode("over tls"));
    const { value } = await exec.output.next();
    assert.equal(new TextDecoder().decode(value?.data), "over tls");
    await writer.close();
    assert.equal((await exec.output.next()).done, true);
  });

  for (
    const [what, change] of [
      ["a stranger's certificate", {
        cert: certificates.path("stranger.pem"),
        key: certificates.path("stranger-key.pem"),
      }],
      ["no certificate", { cert: undefined, key: undefined }],
      ["another CA", { ca: certificates.path("other-ca.pem") }],
    ] as const
  ) {
    await t.step(`is unreachable with ${what}, and says TLS is why`, async () => {
      const endpoint = await endpointWith(change);
      await assert.rejects(info(endpoint), { code: "unreachable", message: /TLS failed/ });
      using docker = createDocker(await openTransport(endpoint), { apiVersion: "1.45" });
      // This server drops a stranger's upgrade without an alert, so that TLS cannot be told from any other end.
      const attached = what.startsWith("a stranger") ? "outcome_unknown" : "unreachable";
      await assert.rejects(docker.exec.startAttached("e"), { code: attached });
      await assert.rejects(docker.containers.start("web"), { code: "unreachable" });
    });
  }

  await t.step("skips verification only where a context says so", async () => {
    const endpoint = await endpointWith({ ca: certificates.path("other-ca.pem") });
    assert.ok(endpoint.tls);
    const open = { ...endpoint, tls: { ...endpoint.tls, skipVerify: true } };
    assert.equal(await info(open), "secure");
  });

  await t.step("says which TLS file is missing, empty or alone", async () => {
    for (
      const [change, message] of [
        [{ ca: "/nonexistent/ca.pem" }, /"\/nonexistent\/ca.pem"/],
        [{ cert: certificates.path("server.ext") }, /holds no PEM/],
        [{ key: undefined }, /belong together/],
      ] as const
    ) {
      const opening = openTransport(await endpointWith(change));
      await assert.rejects(opening, { code: "invalid_argument", message });
    }
  });

  await t.step("fails when it speaks clear text to TLS", async () => {
    const host = `tcp://127.0.0.1:${engine.port}`;
    const endpoint = await resolveEndpoint({ platform: "linux", host });
    await assert.rejects(info(endpoint), { code: "incomplete" });
  });
});

Deno.test("openTransport() says within seconds that nothing listens on a TCP port", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const host = `tcp://127.0.0.1:${port}`;
  const endpoint = await resolveEndpoint({ platform: "linux", host });
  await assert.rejects(openTransport(endpoint), {
    code: "unreachable",
    message: /nothing listens there/,
  });
});

Deno.test("openTransport() puts a base path before every request", async () => {
  const paths: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    paths.push(new URL(request.url).pathname);
    return new Response("{}", { headers: { "api-version": "1.45" } });
  });
  const host = `http://127.0.0.1:${server.addr.port}/engines/a/`;
  {
    const endpoint = await resolveEndpoint({ platform: "linux", host });
    using docker = createDocker(await openTransport(endpoint));
    await docker.system.info();
  }
  await server.shutdown();
  assert.deepEqual(paths, ["/engines/a/_ping", "/engines/a/v1.45/info"]);
});
