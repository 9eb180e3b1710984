import assert from "node:assert/strict";
import { baseImageHeader } from "../../../src/docker/api/base_images.ts";
import { parseImageReference } from "../../../src/docker/reference.ts";

Deno.test("baseImageHeader() asks for the login of each registry once, for four at once", async () => {
  const names = [...Array(30).keys()].map((n) => `r${n % 10}.example/x${n}`);
  const images = names.flatMap((name) => parseImageReference(name) ?? []);
  const asked: string[] = [];
  let [now, most] = [0, 0];
  const header = await baseImageHeader({ images }, async (domain = "") => {
    asked.push(domain);
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
    return { auth: { username: "ann", password: "x", serveraddress: domain } };
  });
  assert.deepEqual([asked.length, most], [10, 4]);
  const sent = new TextDecoder().decode(
    Uint8Array.fromBase64(header["X-Registry-Config"] ?? "", { alphabet: "base64url" }),
  );
  assert.deepEqual(Object.keys(JSON.parse(sent)), asked);
});
