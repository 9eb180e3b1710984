import assert from "node:assert/strict";
import { connect } from "../e2e/client.ts";
import { callTool, serverTest, uniqueName } from "../e2e/engine_server.ts";
import { engineTest } from "../engine/engine_test.ts";
import type { TestEngine } from "../engine/fixture.ts";
import { imageReference } from "../engine/image_definitions.ts";

const CREATE = "docker_create_container";
const START = "docker_start_container";
const SHELL = ["sh", "-c"];

/** Folders of the host, which the private Engine shares with this process. */
async function hostFolders(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "mcp-docker-mounts-" }));
  await Deno.mkdir(`${path}/ro/inner`, { recursive: true });
  await Deno.mkdir(`${path}/rw`);
  await Deno.mkdir(`${path}/other`);
  await Deno.writeTextFile(`${path}/ro/greeting`, "hello from the host");
  await Deno.symlink("/etc", `${path}/ro/etc`);
  await Deno.symlink("../other", `${path}/rw/other`);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

interface Created {
  readonly container_id: string;
}

engineTest(`${CREATE} mounts host folders under allowed roots, and no others`, async (engine) => {
  await using folders = await hostFolders();
  const { path } = folders;
  await using server = await connect({
    env: {
      DOCKER_HOST: engine.host,
      SAFETY_VOLUME_MOUNT_ALLOWLIST: `${path}/ro`,
      SAFETY_VOLUME_MOUNT_RW_ALLOWLIST: `${path}/rw`,
    },
  });
  const made: string[] = [];
  const create = async (volumes: unknown, script = "true"): Promise<string> => {
    const { container_id } = await callTool<Created>(server, CREATE, {
      image: imageReference("busybox"),
      command: [...SHELL, script],
      volumes,
    });
    made.push(container_id);
    return container_id;
  };
  const refused = (source: string, mode = "ro"): Promise<string> =>
    server.callFailing(CREATE, {
      image: imageReference("busybox"),
      volumes: { [source]: { bind: "/data", mode } },
    });
  try {
    const script = "cat /ro/greeting; touch /ro/x 2>&1; cat /proc/self/mountinfo > /rw/mounts";
    const id = await create({
      [`${path}/ro`]: { bind: "/ro", mode: "ro" },
      [`${path}/rw`]: { bind: "/rw", mode: "rw" },
    }, script);
    await callTool(server, START, { container_id: id });
    await engine.until(id, ({ Status }) => Status === "exited");
    const { logs } = await callTool<{ logs: string }>(server, "docker_container_logs", {
      container_id: id,
    });
    assert.match(logs, /hello from the host[\s\S]*Read-only file system/);
    const mounts = await Deno.readTextFile(`${path}/rw/mounts`);
    const writable = mounts.split("\n").find((line) => / \/rw /.test(line)) ?? "";
    assert.doesNotMatch(writable, /shared:/, "what the container mounts stays in it");

    assert.match(await refused(`${path}/ro`, "rw"), /may be mounted read-only only.*RW_ALLOWLIST/s);
    assert.match(
      await refused(`${path}/other`),
      new RegExp(`adding "${path}/other" to SAFETY_VOLUME_MOUNT_ALLOWLIST`),
    );
    assert.match(await refused(`${path}/ro/etc`), /leads to "\/etc".*No setting can allow it/s);
    assert.match(await refused(`${path}/rw/other`, "rw"), /leads to ".*\/other".*is in no folder/s);
    assert.match(await refused("/var/run/docker.sock"), /No setting can allow it/);
    assert.match(await refused(engine.socketPath), /cannot be mounted/);
    assert.match(await refused(`${path}/ro/../other`), /shortest form/);
    assert.match(
      await refused(`${path}/ro/missing`),
      /bind source path does not exist: .*\. Make the folder on the Engine's host first, or/,
    );
    await assert.rejects(Deno.stat(`${path}/ro/missing`), Deno.errors.NotFound);
  } finally {
    for (const id of made) await engine.remove(id);
  }
});

engineTest(
  `${START} follows no link that a container put in the place of a mount`,
  async (engine) => {
    await using folders = await hostFolders();
    const { path } = folders;
    await Deno.mkdir(`${path}/rw/app`);
    await using server = await connect({
      env: { DOCKER_HOST: engine.host, SAFETY_VOLUME_MOUNT_RW_ALLOWLIST: `${path}/rw` },
    });
    const create = async (source: string, script: string): Promise<string> => {
      const { container_id } = await callTool<Created>(server, CREATE, {
        image: imageReference("busybox"),
        command: [...SHELL, script],
        volumes: { [source]: { bind: "/data", mode: "rw" } },
      });
      return container_id;
    };
    const writer = await create(`${path}/rw`, "sleep 60");
    const reader = await create(`${path}/rw/app`, "touch /data/touched");
    const inWriter = async (script: string): Promise<void> => {
      await callTool(server, "docker_exec_command", {
        container_id: writer,
        command: [...SHELL, script],
      });
    };
    const touched = (folder: string): Promise<boolean> =>
      Deno.stat(`${path}/${folder}/touched`).then(() => true, () => false);
    try {
      await callTool(server, START, { container_id: writer });
      await inWriter(`cd /data && mv app app2 && ln -s ${path}/other app`);
      for (const tool of [START, "docker_restart_container"]) {
        const text = await server.callFailing(tool, { container_id: reader });
        assert.match(text, /host path ".*\/rw\/app" leads to ".*\/other"/);
      }
      await inWriter("cd /data && rm app && mv app2 app");
      await callTool(server, START, { container_id: reader });
      await engine.until(reader, ({ Status }) => Status === "exited");
      assert.deepEqual([await touched("rw/app"), await touched("other")], [true, false]);
    } finally {
      for (const id of [reader, writer]) await engine.remove(id);
    }
  },
);

serverTest(`${CREATE} mounts no host folder where none is allowed`, async ({ callFailing }) => {
  const create = (source: string): Promise<string> =>
    callFailing(CREATE, {
      image: imageReference("busybox"),
      volumes: { [source]: { bind: "/data", mode: "ro" } },
    });
  assert.match(await create("/srv/shop"), /adding "\/srv\/shop" to SAFETY_VOLUME_MOUNT_ALLOWLIST/);
  assert.match(await create("/"), /No setting can allow it/);
});

async function makeVolume(
  engine: TestEngine,
  name: string,
  DriverOpts: Record<string, string>,
): Promise<void> {
  const body = { Name: name, Driver: "local", DriverOpts, Labels: engine.labels };
  const { status, text } = await engine.raw("POST", "/volumes/create", body);
  assert.equal(status, 201, text);
}

serverTest(`${CREATE} mounts no volume that is a path of the host in disguise`, async (test) => {
  const { engine, call, callFailing } = test;
  const disguised = uniqueName("disguised");
  const memory = uniqueName("memory");
  await makeVolume(engine, disguised, { type: "none", o: "bind", device: "/etc" });
  await makeVolume(engine, memory, { type: "tmpfs", device: "tmpfs", o: "size=1m" });
  const input = (volume: string) => ({
    image: imageReference("busybox"),
    volumes: { [volume]: { bind: "/data", mode: "ro" } },
  });
  const before = await engine.raw("GET", "/containers/json?all=1");
  assert.match(
    await callFailing(CREATE, input(disguised)),
    /its options make it a path of the host.*No setting can allow it/s,
  );
  const after = await engine.raw("GET", "/containers/json?all=1");
  assert.equal((after.json as unknown[]).length, (before.json as unknown[]).length);
  for (const volume of [memory, uniqueName("fresh")]) {
    const { container_id } = await call<Created>(CREATE, input(volume));
    await engine.remove(container_id);
    await engine.raw("DELETE", `/volumes/${volume}`);
  }
});

/** As others may have made them; `--privileged` itself need not be startable here. */
const CONTROLLING = {
  "privileged": { Privileged: true },
  "with the host's processes": { PidMode: "host" },
  "with all capabilities but one": { CapAdd: ["ALL"], CapDrop: ["MKNOD"] },
  "with SYS_ADMIN": { CapAdd: ["SYS_ADMIN"] },
  "with /run, where sockets are": { Binds: ["/run:/host/run:ro"] },
  "with the kernel's settings writable": { MaskedPaths: [], ReadonlyPaths: [] },
  "with a folder of the host's programs, writable": { Binds: ["/usr/local/bin:/host/bin"] },
  "with all devices by a rule": { DeviceCgroupRules: ["c *:* rwm"] },
  "with the host's disk": {
    Mounts: [{ Type: "bind", Source: "/", Target: "/host", ReadOnly: true }],
  },
};

for (const [name, hostConfig] of Object.entries(CONTROLLING)) {
  serverTest(`${START} leaves a container alone that was made ${name}`, async (test) => {
    const { engine, call, callFailing } = test;
    const container_id = await engine.create("busybox", { cmd: ["sleep", "60"], hostConfig });
    for (const tool of [START, "docker_restart_container"]) {
      const text = await callFailing(tool, { container_id });
      assert.match(text, /it controls the host, because .*SAFETY_ALLOW_PRIVILEGED_CONTAINERS/s);
    }
    const { json } = await engine.raw("GET", `/containers/${container_id}/json`);
    assert.equal((json as { State: { Status: string } }).State.Status, "created");
    await call("docker_stop_container", { container_id, timeout: 0 });
    await call("docker_inspect_container", { container_id });
  });
}

serverTest(`${START} and exec leave a container with a disguised volume alone`, async (test) => {
  const { engine, call, callFailing } = test;
  const cmd = ["sleep", "60"];
  const run = (device: string, name: string) => async (readOnly: boolean): Promise<string> => {
    const DriverOpts = { type: "none", o: "bind", device };
    const Labels = engine.labels;
    await engine.raw("POST", "/volumes/create", { Name: name, DriverOpts, Labels });
    return await engine.run("busybox", {
      cmd,
      hostConfig: { Binds: [`${name}:/x:${readOnly ? "ro" : "rw"}`] },
    });
  };
  const command = ["true"];
  // The second is named as the Engine names those that nobody named.
  const anonymous = [...crypto.getRandomValues(new Uint8Array(32))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const name of [uniqueName("disguised"), anonymous]) {
    const container_id = await run("/etc", name)(false);
    for (const [tool, input] of [["docker_exec_command", { command }], [START, {}]] as const) {
      const text = await callFailing(tool, { container_id, ...input });
      assert.match(text, /it controls the host, because it can write to "\/etc" of the host/, tool);
    }
    await call("docker_stop_container", { container_id, timeout: 0 });
    assert.match(await callFailing("docker_restart_container", { container_id }), /"\/etc"/);
  }
  const reading = await run("/etc", uniqueName("disguised"))(true);
  await call("docker_exec_command", { container_id: reading, command });
});

serverTest("docker_exec_command enters no container that can reach the Engine", async (test) => {
  const { engine, call, callFailing } = test;
  const hostConfig = { Binds: [`${engine.socketPath}:/engine.sock`] };
  // A name that is a runtime's, wherever it lies.
  assert.match(engine.socketPath, /docker.*\.sock$/);
  const container_id = await engine.run("busybox", { cmd: ["sleep", "60"], hostConfig });
  const text = await callFailing("docker_exec_command", { container_id, command: ["id"] });
  assert.match(text, /^Cannot run a command in container ".*": it controls the host/);
  await call("docker_stop_container", { container_id, timeout: 0 });
});

serverTest("docker_exec_command enters it where the operator allows that", async (test) => {
  const { engine, call } = test;
  const hostConfig = { Binds: [`${engine.socketPath}:/engine.sock`] };
  const container_id = await engine.run("busybox", { cmd: ["sleep", "60"], hostConfig });
  const { exit_code } = await call<{ exit_code: number }>("docker_exec_command", {
    container_id,
    command: ["test", "-S", "/engine.sock"],
  });
  assert.equal(exit_code, 0);
}, { env: { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: "true" } });
