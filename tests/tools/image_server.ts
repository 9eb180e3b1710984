import assert from "node:assert/strict";
import { type EngineServer, serverTest, uniqueName } from "../e2e/engine_server.ts";

/** How an image of a test is made. */
export interface ImageOptions {
  /** Names with tags; none makes a dangling image. */
  readonly tags?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** What it is made from. @default {"busybox"} */
  readonly from?: string;
  /** Mebibytes of a layer of its own. @default {0} */
  readonly mebibytes?: number;
  /** The command of its container, which becomes its own and that of its history. */
  readonly cmd?: readonly string[];
  /** Further fields of its configuration, in the Engine's words. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What a test of the image tools is given. */
export interface ImageServer extends EngineServer {
  /** Makes an image with the label of this test by a commit, and answers its full id. */
  readonly image: (options?: ImageOptions) => Promise<string>;
  /** Whether the Engine has an image of this name or id. */
  readonly has: (reference: string) => Promise<boolean>;
}

/** A repository nobody else uses. */
export function uniqueRepository(name: string): string {
  return uniqueName(`mcp-docker-test/${name}`);
}

/** As `serverTest`; images with the label of the test are removed behind it. */
export function imageTest(
  name: string,
  run: (test: ImageServer) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): void {
  serverTest(name, async (test) => {
    try {
      await run({
        ...test,
        image: (options) => makeImage(test, options),
        has: async (reference) =>
          (await test.engine.raw("GET", `/images/${reference}/json`)).status === 200,
      });
    } finally {
      await removeAll(test);
    }
  }, { env });
}

async function makeImage({ engine }: EngineServer, options: ImageOptions = {}): Promise<string> {
  const { tags = [], labels, from = "busybox", mebibytes = 0, cmd, config } = options;
  const fill = ["dd", "if=/dev/urandom", "of=/filling", "bs=1M", `count=${mebibytes}`];
  const source = mebibytes > 0
    ? await engine.run(from, { cmd: fill })
    : await engine.create(from, { ...(cmd === undefined ? {} : { cmd }) });
  if (mebibytes > 0) await engine.until(source, ({ Running }) => !Running);
  const body = { ...config, Labels: { ...labels, ...engine.labels } };
  const { status, json, text } = await engine.raw("POST", `/commit?container=${source}`, body);
  assert.equal(status, 201, text);
  await engine.remove(source);
  const { Id } = json as { Id: string };
  for (const name of tags) {
    const at = name.lastIndexOf(":");
    const query = new URLSearchParams({ repo: name.slice(0, at), tag: name.slice(at + 1) });
    const tagged = await engine.raw("POST", `/images/${Id}/tag?${query}`);
    assert.equal(tagged.status, 201, tagged.text);
  }
  return Id;
}

/** Containers first, because images that they use stay; an image goes with its parent, or only after its children. */
async function removeAll({ engine, own }: EngineServer): Promise<void> {
  const query = new URLSearchParams({ filters: JSON.stringify({ label: [own.label] }) });
  const idsOf = async (path: string): Promise<string[]> => {
    const { json } = await engine.raw("GET", `${path}?all=1&${query}`);
    return (json as { Id: string }[]).map(({ Id }) => Id);
  };
  for (const id of await idsOf("/containers/json")) await engine.remove(id);
  let left = await idsOf("/images/json");
  for (let before = Infinity; left.length > 0;) {
    assert.ok(left.length < before, `Cannot remove the images of a test: ${left.join(", ")}`);
    before = left.length;
    for (const id of left) await engine.raw("DELETE", `/images/${id}?force=1`);
    left = await idsOf("/images/json");
  }
}
