import type { IncomingMessage } from "node:http";
import type { Duplex, Readable } from "node:stream";
import type { Hijacked } from "./transport.ts";

/**
 * A web stream over a node stream, with back-pressure: it reads only as fast as it is read. Calls `release` once,
 * when nothing more will be read.
 */
export function byteStream(source: Readable, release: () => void): ReadableStream<Uint8Array> {
  let open = true;
  const finish = (settle: () => void) => {
    if (!open) return;
    open = false;
    release();
    settle();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = (error: Error) => finish(() => controller.error(error));
      source.on("data", (chunk: Uint8Array) => {
        if (!open) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) source.pause();
      });
      source.on("end", () => finish(() => controller.close()));
      source.on("error", fail);
      source.on("close", () => fail(new Error("The connection closed in the middle of an answer")));
      source.pause();
    },
    pull() {
      source.resume();
    },
    cancel() {
      finish(() => {});
      source.destroy();
    },
  });
}

/** The two directions of an upgraded connection. */
export function hijackedSocket(
  message: IncomingMessage,
  socket: Duplex,
  release: () => void,
): Hijacked {
  return {
    readable: byteStream(socket, release),
    writable: new WritableStream<Uint8Array>({
      write(chunk) {
        return new Promise((resolve, reject) => {
          socket.write(chunk, (error) => error ? reject(error) : resolve());
        });
      },
      close() {
        return new Promise((resolve) => void socket.end(() => resolve()));
      },
      abort() {
        socket.destroy();
      },
    }),
    contentType: message.headers["content-type"],
    close: () => {
      release();
      socket.destroy();
    },
  };
}
