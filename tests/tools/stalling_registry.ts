/** A registry on which no layer ever arrives; dispose it. */
export interface StallingRegistry extends AsyncDisposable {
  readonly address: string;
  /** Resolves when a layer has begun to move. */
  readonly begun: Promise<void>;
  /** Resolves when the Engine has dropped the connection of that layer. */
  readonly dropped: Promise<void>;
  /** Reads what the Engine sends again, so that an Engine that waits to send can see that it should stop. */
  readonly resume: () => void;
}

/** Bytes that pass one way: more than manifests and configurations have, less than a layer. */
const PASSED_BYTES = 200_000;

/** Stands before the registry at `address` and passes nothing on any more once a connection has carried much. */
export function stallingRegistry(address: string): StallingRegistry {
  const begun = Promise.withResolvers<void>();
  const dropped = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const [hostname = "", port] = address.split(":");
  const serve = async (engine: Deno.Conn): Promise<void> => {
    const registry = await Deno.connect({ hostname, port: Number(port) });
    open.add(engine).add(registry);
    let stalled = false;
    const forward = async (from: Deno.Conn, to: Deno.Conn): Promise<void> => {
      let bytes = 0;
      for await (const piece of from.readable) {
        bytes += piece.length;
        if (bytes > PASSED_BYTES) {
          stalled = true;
          begun.resolve();
        }
        if (stalled) await resumed.promise;
        else await to.write(piece);
      }
    };
    await Promise.race([ended(forward(engine, registry)), ended(forward(registry, engine))]);
    if (stalled) dropped.resolve();
    for (const connection of [engine, registry]) close(connection);
  };
  const serving = (async () => {
    for await (const connection of listener) void serve(connection);
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    begun: begun.promise,
    dropped: dropped.promise,
    resume: () => resumed.resolve(),
    async [Symbol.asyncDispose]() {
      resumed.resolve();
      listener.close();
      await serving;
      for (const connection of open) close(connection);
    },
  };
}

/** Stands before the registry at `address` as a slow line does: each piece, some 64 KiB, waits for a turn of the clock. */
export function slowRegistry(address: string): { readonly address: string } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [hostname = "", port] = address.split(":");
  const forward = async (from: Deno.Conn, to: Deno.Conn): Promise<void> => {
    for await (const piece of from.readable) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (let sent = 0; sent < piece.length;) sent += await to.write(piece.subarray(sent));
    }
  };
  const serve = async (engine: Deno.Conn): Promise<void> => {
    const registry = await Deno.connect({ hostname, port: Number(port) });
    open.add(engine).add(registry);
    await Promise.race([ended(forward(engine, registry)), ended(forward(registry, engine))]);
    for (const connection of [engine, registry]) close(connection);
  };
  const open = new Set<Deno.Conn>();
  const served: Promise<void>[] = [];
  const serving = (async () => {
    for await (const connection of listener) served.push(serve(connection));
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const connection of open) close(connection);
      await Promise.all(served);
    },
  };
}

/** A connection that is reset has ended too. */
function ended(forwarding: Promise<void>): Promise<void> {
  return forwarding.catch((error) => {
    if (!(error instanceof Error)) throw error;
  });
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed already
  }
}
