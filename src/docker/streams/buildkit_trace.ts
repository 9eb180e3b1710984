import { BinaryReader } from "@bufbuild/protobuf/wire";

/** One step of BuildKit's plan. */
export interface Vertex {
  readonly digest: string;
  /** E.g. `[2/3] RUN make` or `[internal] load build definition from Dockerfile`. */
  readonly name: string;
  readonly cached: boolean;
  readonly started: boolean;
  readonly completed: boolean;
  /** Empty where it did not fail. */
  readonly error: string;
}

/** Some bytes that a step wrote, cut anywhere. */
export interface VertexLog {
  readonly vertex: string;
  readonly data: Uint8Array;
}

/** One message of BuildKit's progress: what changed since the one before. */
export interface BuildkitTrace {
  readonly vertexes: readonly Vertex[];
  readonly logs: readonly VertexLog[];
}

/**
 * Decodes a `moby.buildkit.v1.StatusResponse`; the fields that nobody reads here are skipped.
 *
 * @throws {RangeError | Error} for bytes that are not such a message
 * @see https://github.com/moby/buildkit/blob/master/api/services/control/control.proto
 */
export function decodeBuildkitTrace(bytes: Uint8Array): BuildkitTrace {
  const vertexes: Vertex[] = [];
  const logs: VertexLog[] = [];
  readFields(bytes, (field, reader) => {
    if (field === 1) vertexes.push(vertex(reader.bytes()));
    else if (field === 3) logs.push(vertexLog(reader.bytes()));
    else return false;
    return true;
  });
  return { vertexes, logs };
}

function vertex(bytes: Uint8Array): Vertex {
  const read = {
    digest: "",
    name: "",
    cached: false,
    started: false,
    completed: false,
    error: "",
  };
  readFields(bytes, (field, reader) => {
    if (field === 1) read.digest = reader.string();
    else if (field === 3) read.name = reader.string();
    else if (field === 4) read.cached = reader.bool();
    else if (field === 5) read.started = reader.bytes().length > 0;
    else if (field === 6) read.completed = reader.bytes().length > 0;
    else if (field === 7) read.error = reader.string();
    else return false;
    return true;
  });
  return read;
}

function vertexLog(bytes: Uint8Array): VertexLog {
  const read: { vertex: string; data: Uint8Array } = { vertex: "", data: new Uint8Array() };
  readFields(bytes, (field, reader) => {
    if (field === 1) read.vertex = reader.string();
    else if (field === 4) read.data = reader.bytes();
    else return false;
    return true;
  });
  return read;
}

/** Calls `read` for each field; one that it does not know, which it says with `false`, is skipped. */
function readFields(
  bytes: Uint8Array,
  read: (field: number, reader: BinaryReader) => boolean,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!read(field, reader)) reader.skip(wireType, field);
  }
}
