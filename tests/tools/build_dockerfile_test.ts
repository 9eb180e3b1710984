import assert from "node:assert/strict";
import { registryPolicy } from "../../src/safety/registry_policy.ts";
import { type BuildRules, readBuildDockerfile } from "../../src/tools/build_dockerfile.ts";
import { contextFolder } from "./context_folder.ts";

async function read(
  text: string,
  { onRead, ...rules }: BuildRules & { readonly onRead?: (folder: string) => Promise<void> } = {},
) {
  await using folder = await contextFolder({ "docker/Dockerfile": text });
  await onRead?.(folder.path);
  const file = "docker/Dockerfile";
  return await readBuildDockerfile({ context: folder.path, dockerfile: file, file }, rules);
}

Deno.test("readBuildDockerfile() hands back the bytes that it judged", async () => {
  const text = "\ufeffFROM größe\r\nFROM redis";
  const { bytes, images } = await read(text);
  assert.deepEqual(bytes, new TextEncoder().encode(text));
  assert.deepEqual(images.map(({ path }) => path), ["redis"]);
});

Deno.test("readBuildDockerfile() refuses what is no Dockerfile, before it is sent anywhere", async () => {
  await assert.rejects(read("TOKEN=PLANTED\n"), {
    code: "invalid_arguments",
    message: 'dockerfile: "docker/Dockerfile" does not begin as a Dockerfile does',
  });
  await assert.rejects(read("#".repeat(1024 * 1024 + 1)), /is over 1 MiB/);
  const many = [...Array(21).keys()].map((n) => `FROM r${n}.example/x`).join("\n");
  await assert.rejects(read(many), /images from more than 20 registries/);
  assert.equal((await read(many.replace("FROM r20", "# "))).images.length, 20);
});

Deno.test("readBuildDockerfile() follows no link that was put in the Dockerfile's place", async () => {
  const swap = (target: string) => async (folder: string) => {
    await Deno.rename(`${folder}/docker`, `${folder}/old`);
    await Deno.symlink(target, `${folder}/docker`);
  };
  await assert.rejects(read("FROM a", { onRead: swap("old") }), /changed while it was read/);
  const onRead = async (folder: string) => {
    await Deno.rename(`${folder}/docker/Dockerfile`, `${folder}/old`);
    await Deno.symlink("../old", `${folder}/docker/Dockerfile`);
  };
  await assert.rejects(read("FROM a", { onRead }), /changed while it was read/);
});

Deno.test("readBuildDockerfile() minds what builders read differently only where registries are listed", async () => {
  const registries = registryPolicy({ pull: ["docker.io"] });
  const text = "FROM a\n\x85FROM evil.example/x\n";
  await assert.rejects(read(text, { registries }), {
    code: "policy",
    message:
      /^Cannot build: what it starts from cannot be told .*: line 2: a blank that is not ASCII/,
    remedy: /SAFETY_ALLOWED_REGISTRIES is set$/,
  });
  for (const rules of [{}, { registries: registryPolicy({}) }]) {
    assert.equal((await read(text, rules)).images.length, 1);
  }
});

const METADATA = "http://169.254.169.254/latest";
const REFUSED: readonly (readonly [string, Record<string, string>?])[] = [
  ["ADD http://127.0.0.1:2375/info /x"],
  [`ADD --chown=1 a ${METADATA} /x`],
  ['ADD ["a", "HTTPS://LocalHost./x", "/x"]'],
  ["ADD http://user:pass@2130706433/ /x"],
  ["ADD http://[::1]:80/ /x"],
  ["ADD git://a9fea9fe.nip.io/x /x"],
  ['ADD "http:"//metadata.google.internal/x /x'],
  ["ADD ht\\\ntp://0.0.0.0/x /x"],
  ["onbuild add http://localhost/ /x"],
  ["ARG U\nADD $U /x", { U: METADATA }],
  [`ARG U=${METADATA}\nADD \${U} /x`],
  [`ENV U ${METADATA}\nADD $U /x`],
  ["ARG H=169.254\nADD http://$H.169.254/ /x"],
  ["ARG A=http://127\nARG B=.0.0.1\nADD $A$B /x"],
  ["ARG H=a\nFROM x\nARG H=b\nADD http://${H:-c}/ /x", { H: "localhost:80" }],
  [`ARG U=${METADATA}\nFROM x\nARG U=http://a.example\nADD $U /x`],
  ["# a=b\n# escape=`\nRUN x `\nADD http://127.0.0.1/ /x"],
  ["RUN <<ADD\nADD http://127.0.0.1/ /x\nADD\n"],
];

Deno.test("readBuildDockerfile() refuses downloads from the Engine's own machine, and where clouds answer", async () => {
  for (const [text, buildArgs] of REFUSED) {
    await assert.rejects(read(text.startsWith("#") ? text : `FROM a\n${text}`, { buildArgs }), {
      code: "policy",
      message: /^Cannot build: ADD may not download from ".*", which is the Engine's own machine$/,
      remedy: /COPY/,
    }, text);
  }
});

const PASSING: readonly (readonly [string, Record<string, string>?])[] = [
  ["ADD https://example.com/app-$V.tgz /x", { HTTP_PROXY: "http://localhost:3128", V: "1" }],
  ["ADD $DIR/app.tgz /x", { HTTP_PROXY: "http://localhost:3128" }],
  ["RUN curl http://localhost:8080/\nHEALTHCHECK CMD wget http://127.0.0.1/"],
  ["ENV SELF=http://localhost:80\nADD https://$HOST/x $TARGET", { HOST: "10.0.0.1" }],
  ["COPY http://127.0.0.1 /x\nADD localhost 127.0.0.1 /x"],
];

Deno.test("readBuildDockerfile() lets other downloads pass, and other uses of such addresses", async () => {
  for (const [text, buildArgs] of PASSING) {
    assert.equal((await read(`FROM a\n${text}`, { buildArgs })).images.length, 1, text);
  }
});
