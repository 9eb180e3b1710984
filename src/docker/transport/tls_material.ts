import type { TlsFiles } from "../endpoint_types.ts";
import { DockerError } from "../errors.ts";

/** The contents of the files that {@linkcode TlsFiles} names, as PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly skipVerify: boolean;
}

/**
 * Reads what a TLS connection needs; keys are read when a connection is opened and kept nowhere else.
 *
 * @throws {DockerError} `invalid_argument` for a file that is missing or holds no PEM, `not_granted`
 */
export async function readTlsMaterial(files: TlsFiles): Promise<TlsMaterial> {
  if ((files.cert === undefined) !== (files.key === undefined)) {
    const given = files.cert ?? files.key;
    throw new DockerError(
      "invalid_argument",
      `Cannot use "${given}": a client certificate and its key belong together`,
      { remedy: "Give both DOCKER_TLS_CLIENT_CERT and DOCKER_TLS_CLIENT_KEY, or neither" },
    );
  }
  const [ca, cert, key] = await Promise.all([files.ca, files.cert, files.key].map(readPem));
  return {
    skipVerify: files.skipVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = error instanceof Deno.errors.NotCapable ? "not_granted" : "invalid_argument";
    const remedy = code === "not_granted" ? `Run with --allow-read=${path}` : "Check the path";
    const message = `Cannot read the TLS file "${path}": ${reason}`;
    throw new DockerError(code, message, { cause: error, remedy });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new DockerError("invalid_argument", `Cannot use the TLS file "${path}": it holds no PEM`, {
    remedy: "Give a PEM file; other formats can be converted with openssl",
  });
}
