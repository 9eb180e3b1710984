import assert from "node:assert/strict";
import { ListenStreams } from "../../src/resources/listen_streams.ts";
import type { ClientSubscriptions } from "../../src/resources/subscriptions.ts";

/** A client that writes down what it is asked for. */
function noting(): { client: ClientSubscriptions; asked: string[] } {
  const asked: string[] = [];
  const note = (what: string) => (uri?: string) => void asked.push(uri ? `${what} ${uri}` : what);
  return {
    asked,
    client: {
      subscribe(uri) {
        note("+")(uri);
        return uri === "missing" ? Promise.reject(new Error("not found")) : Promise.resolve();
      },
      unsubscribe: note("-"),
      watchList: note("watch"),
      unwatchList: note("unwatch"),
      [Symbol.dispose]: note("left"),
    },
  };
}

Deno.test("ListenStreams keeps what any of its streams wants", () => {
  const { client, asked } = noting();
  const streams = new ListenStreams(client, (error) => assert.fail(String(error)));
  streams.open(1, { resourceSubscriptions: ["a", "b", "a"], resourcesListChanged: true });
  streams.open("two", { resourceSubscriptions: ["b"], resourcesListChanged: true });
  streams.open(3, {});
  assert.deepEqual(asked.splice(0), ["watch", "+ a", "+ b", "watch", "+ b"]);
  streams.close(1);
  streams.close(1);
  streams.close("1");
  streams.close(3);
  assert.deepEqual(asked.splice(0), ["- a"]);
  streams.close("two");
  assert.deepEqual(asked.splice(0), ["- b", "unwatch"]);
  streams[Symbol.dispose]();
  assert.deepEqual(asked, ["left"]);
});

Deno.test("ListenStreams tells why a resource cannot be subscribed to, and serves the others", async () => {
  const { client, asked } = noting();
  const failed = Promise.withResolvers<unknown>();
  const streams = new ListenStreams(client, failed.resolve);
  streams.open(1, { resourceSubscriptions: ["missing", "a"] });
  assert.match(String(await failed.promise), /not found/);
  assert.deepEqual(asked, ["+ missing", "+ a"]);
});
