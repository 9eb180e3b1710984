/** A folder for one test, with what it takes to look into an audit log in it; dispose it. */
export class AuditFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<AuditFolder> {
    return new AuditFolder(await Deno.makeTempDir({ prefix: "mcp-docker-audit-" }));
  }

  /** A path in the folder. */
  file(name = "audit.jsonl"): string {
    return `${this.path}/${name}`;
  }

  /** The records of a log, one object a line. */
  async records(name?: string): Promise<AuditRecord[]> {
    const text = await Deno.readTextFile(this.file(name));
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A record as a reader sees it. */
export interface AuditRecord {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly kind: string;
  readonly name: string;
  readonly request_id?: string;
  readonly phase?: string;
  readonly decision?: string;
  readonly reason?: string;
  readonly args?: string;
  readonly arg_digest?: string;
  readonly targets?: readonly string[];
  readonly engine_calls?: number;
  readonly bytes_out?: number;
  readonly duration_ms?: number;
  readonly redactions?: number;
  readonly sanitised?: number;
  readonly torn?: string;
  readonly lost?: number;
  readonly [key: string]: unknown;
}
