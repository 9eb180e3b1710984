import assert from "node:assert/strict";
import { deniedPath, hostPathMistake, isWithin } from "../../src/safety/host_paths.ts";
import { judgeBind, type MountPolicy } from "../../src/safety/mount_policy.ts";
import { realPathOf } from "../../src/safety/real_path.ts";
import { RefusedError } from "../../src/tools/refused.ts";
import fc from "../property.ts";

/** Of an Engine elsewhere, whose links nobody can see. */
function remote(changes: Partial<MountPolicy> = {}): MountPolicy {
  return {
    readOnlyRoots: ["/srv/shop", "/opt/data/"],
    writableRoots: ["/srv/shop/cache"],
    isLocal: () => false,
    realPath: () => Promise.reject(new Error("asked for a file of another machine")),
    ...changes,
  };
}

async function refusal(
  source: string,
  policy: MountPolicy,
  readOnly = true,
): Promise<RefusedError> {
  try {
    await judgeBind({ source, target: "/data", readOnly }, policy);
  } catch (error) {
    assert.ok(error instanceof RefusedError);
    assert.equal(error.code, "policy");
    return error;
  }
  throw new Error(`"${source}" was allowed`);
}

async function allowed(source: string, policy: MountPolicy, readOnly = true): Promise<void> {
  await judgeBind({ source, target: "/data", readOnly }, policy);
}

Deno.test("judgeBind() allows what is in an allowed folder, by whole components", async () => {
  for (const path of ["/srv/shop", "/srv/shop/a/b", "/opt/data", "/opt/data/x"]) {
    await allowed(path, remote());
  }
  for (const path of ["/srv/shopping", "/srv", "/opt/data2", "/srv/Shop", "/tmp/x"]) {
    assert.match((await refusal(path, remote())).message, /is in no folder that may be/, path);
  }
});

Deno.test("judgeBind() names the settings and the exact value that would allow a path", async () => {
  const { message, remedy } = await refusal("/data/music", remote());
  assert.equal(
    message,
    'volumes: host path "/data/music" cannot be mounted: it is in no folder that may be',
  );
  assert.match(
    remedy ?? "",
    /adding "\/data\/music" to SAFETY_VOLUME_MOUNT_ALLOWLIST \(read-only\) or SAFETY_VOLUME_MOUNT_RW_ALLOWLIST \(writable\)$/,
  );
});

Deno.test("judgeBind() allows writing under a writable root only", async () => {
  await allowed("/srv/shop/cache", remote(), false);
  await allowed("/srv/shop/cache/x", remote());
  const { message, remedy } = await refusal("/srv/shop/src", remote(), false);
  assert.match(message, /may be mounted read-only only$/);
  assert.match(remedy ?? "", /mode "ro".*"\/srv\/shop\/src" to SAFETY_VOLUME_MOUNT_RW_ALLOWLIST/);
});

Deno.test("judgeBind() refuses denied paths whatever is listed, and says that no setting can allow them", async () => {
  const everything = remote({ readOnlyRoots: ["/"], writableRoots: ["/", "/etc", "/home/ann"] });
  for (
    const path of ["/", "/etc", "/etc/ssl", "/home/ann", "/home/ann/.ssh", "/var/run/docker.sock"]
  ) {
    const { remedy } = await refusal(path, everything);
    assert.match(remedy ?? "", /^No setting can allow it/, path);
    assert.doesNotMatch(remedy ?? "", /SAFETY_/, path);
  }
  await allowed("/home/ann/shop", everything, false);
});

Deno.test("judgeBind() refuses a path that is badly written before it looks at any list", async () => {
  const everything = remote({ readOnlyRoots: ["/"] });
  for (const path of ["/srv/../etc", "/srv//x", "srv", "C:\\shop", "/srv/x/", "/srv:/etc", "~/x"]) {
    assert.match((await refusal(path, everything)).message, /^volumes: host path /, path);
  }
});

Deno.test("judgeBind() knows the socket of the Engine once it is known", async () => {
  const engine: { socket?: string } = {};
  const policy = remote({ readOnlyRoots: ["/data"], engineSocket: () => engine.socket });
  await allowed("/data/engine", policy);
  engine.socket = "/data/engine/sock";
  assert.match((await refusal("/data/engine", policy)).message, /leads to the Engine's socket/);
});

/** A folder with links in, out and to nothing. */
async function tree(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "mcp-docker-mounts-" }));
  for (const folder of ["ro/a/b", "ro/.ssh", "rw/c", "outside/x"]) {
    await Deno.mkdir(`${path}/${folder}`, { recursive: true });
  }
  await Deno.writeTextFile(`${path}/ro/file`, "");
  const links: readonly (readonly [to: string, at: string])[] = [
    ["/etc", "ro/etc"],
    ["../outside", "ro/out"],
    ["../../rw", "ro/a/rw"],
    ["a", "ro/in"],
    [".ssh", "ro/keys"],
    ["../ro", "rw/ro"],
    ["nowhere", "ro/dangling"],
    ["loop", "ro/loop"],
    ["/", "ro/a/root"],
    ["ro", "link"],
  ];
  for (const [to, at] of links) await Deno.symlink(to, `${path}/${at}`);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function local(path: string): MountPolicy {
  return {
    readOnlyRoots: [`${path}/ro`, `${path}/link`],
    writableRoots: [`${path}/rw`],
    isLocal: () => true,
    realPath: realPathOf,
  };
}

Deno.test("judgeBind() follows the links of a local Engine and judges where they lead", async () => {
  await using folder = await tree();
  const { path } = folder;
  const policy = local(path);
  for (
    const name of ["ro", "ro/a/b", "ro/in", "ro/in/b", "ro/file", "ro/not/yet", "link/a", "ro/a/rw"]
  ) {
    await allowed(`${path}/${name}`, policy);
  }
  await allowed(`${path}/rw/c`, policy, false);
  assert.match(
    (await refusal(`${path}/ro/etc`, policy)).message,
    /leads to "\/etc", which cannot be/,
  );
  assert.match(
    (await refusal(`${path}/ro/etc/ssl`, policy)).message,
    /"\/etc" belongs to the system/,
  );
  assert.match((await refusal(`${path}/ro/out/x`, policy)).message, /is in no folder/);
  assert.match((await refusal(`${path}/ro/keys`, policy)).message, /holds credentials/);
  assert.match((await refusal(`${path}/ro/a/root/srv`, policy)).message, /leads to "\/srv"/);
  assert.match((await refusal(`${path}/rw/ro`, policy, false)).message, /read-only only/);
  for (const name of ["ro/dangling", "ro/dangling/x", "ro/loop", "ro/file/x"]) {
    assert.match((await refusal(`${path}/${name}`, policy)).message, /cannot be told/, name);
  }
});

Deno.test("judgeBind() takes an allowed folder that is a link for the folder it leads to", async () => {
  await using folder = await tree();
  const { path } = folder;
  const policy = { ...local(path), readOnlyRoots: [`${path}/link`, `${path}/ro/dangling`] };
  await allowed(`${path}/link/a`, policy);
  assert.match((await refusal(`${path}/ro/a`, policy)).message, /is in no folder/);
  assert.match((await refusal(`${path}/link/out`, policy)).message, /is in no folder/);
});

Deno.test("judgeBind() trusts no allowed folder for which a container could have put a link", async () => {
  await using folder = await tree();
  const { path } = folder;
  await Deno.symlink("../outside", `${path}/rw/listed`);
  const policy = { ...local(path), readOnlyRoots: [`${path}/rw/listed`, `${path}/link/`] };
  assert.match((await refusal(`${path}/rw/listed/x`, policy)).message, /is in no folder/);
  await allowed(`${path}/link/a`, policy);
  await allowed(`${path}/rw/c`, { ...policy, readOnlyRoots: [`${path}/rw/c`] });
});

Deno.test("judgeBind() agrees with where the system itself finds a path", async () => {
  await using folder = await tree();
  const { path } = folder;
  const policy = local(path);
  const names = [
    "ro",
    "rw",
    "a",
    "b",
    "c",
    "in",
    "out",
    "etc",
    "keys",
    "link",
    "x",
    "file",
    "root",
  ];
  const segment = fc.constantFrom(...names, ".ssh", "dangling", "loop", ".", "..", "");
  const relative = fc.array(segment, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(relative, fc.boolean(), async (segments, readOnly) => {
      const source = `${path}/${segments.join("/")}`;
      const real = await Deno.realPath(source).catch(() => undefined);
      const isAllowed = await allowed(source, policy, readOnly).then(() => true, () => false);
      const within = (roots: readonly string[], at: string): boolean =>
        roots.some((root) => isWithin(at, `${path}/${root}`));
      const roots = readOnly ? ["ro", "rw"] : ["rw"];
      const lexical = readOnly ? ["ro", "rw", "link"] : ["rw"];
      if (isAllowed && real !== undefined) {
        assert.ok(within(roots, real) && deniedPath(real) === undefined, `${source} is ${real}`);
      }
      // And nothing is refused that is there, is written well, and lies where it may.
      const should = real !== undefined && hostPathMistake(source) === undefined &&
        within(lexical, source) && within(roots, real) && deniedPath(source) === undefined &&
        deniedPath(real) === undefined;
      if (should) assert.ok(isAllowed, source);
      if (hostPathMistake(source) !== undefined) assert.equal(isAllowed, false, source);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("realPathOf() resolves what exists and keeps the rest", async () => {
  await using folder = await tree();
  const { path } = folder;
  assert.equal(await realPathOf(`${path}/ro/in/new/er`), `${path}/ro/a/new/er`);
  assert.equal(await realPathOf("/"), "/");
  assert.equal(await realPathOf("/no-such-folder-here/x"), "/no-such-folder-here/x");
  await assert.rejects(realPathOf(`${path}/ro/dangling`), Deno.errors.NotFound);
});
