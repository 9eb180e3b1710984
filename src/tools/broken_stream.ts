import { DockerError } from "../docker/errors.ts";

/**
 * Yields what `items` yields. Where they break off after the first one, it ends and calls `onBroken`, so that what has
 * arrived is not lost with the rest.
 *
 * @throws what `items` throws, but not a `DockerError` with code `incomplete` once something has arrived.
 */
export async function* keepArrived<Item>(
  items: AsyncIterable<Item>,
  onBroken: () => void,
): AsyncGenerator<Item, void, void> {
  let arrived = false;
  try {
    for await (const item of items) {
      arrived = true;
      yield item;
    }
  } catch (error) {
    if (!arrived || !(error instanceof DockerError) || error.code !== "incomplete") throw error;
    onBroken();
  }
}
