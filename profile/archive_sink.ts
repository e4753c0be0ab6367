/**
 * Where an archive's bytes go: compressed, encrypted where that is wished, counted into a digest, and
 * written to a file.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { denoFiles } from "../core/atomic_file.ts";
import { ageStream } from "./age.ts";

/** What was written. */
export interface SunkArchive {
  /** The file's SHA-256, as hexadecimal digits. */
  readonly sha256: string;
  /** Its length in bytes. */
  readonly size: number;
}

/** Writes a part of the uncompressed archive. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a new file and flushes it to the disk. Where anything fails, the file stays for the caller
 * to remove.
 *
 * @param path The file, which must not exist.
 * @param recipient An age public key, or none.
 * @param fill Writes everything.
 */
export async function writeArchive(
  path: string,
  recipient: string | undefined,
  fill: (write: WriteBytes) => Promise<void>,
): Promise<SunkArchive> {
  const file = await denoFiles.create(path, 0o600);
  try {
    const gzip = new CompressionStream("gzip");
    const encrypted = recipient === undefined
      ? gzip.readable
      : ageStream(["--encrypt", "--recipient", recipient], gzip.readable);
    const hash = createHash("sha256");
    let size = 0;
    const sinking = encrypted.pipeTo(
      new WritableStream<Uint8Array>({
        async write(bytes) {
          hash.update(bytes);
          size += bytes.length;
          await file.write(bytes);
        },
      }),
    );
    const writer = gzip.writable.getWriter();
    const filling = fill((bytes) => writer.write(bytes as Uint8Array<ArrayBuffer>)).then(
      () => writer.close(),
      async (error) => {
        await writer.abort(error);
        throw error;
      },
    );
    const [sunk, filled] = await Promise.allSettled([sinking, filling]);
    // A full disk shows on both ends; the end that met it knows best.
    if (sunk.status === "rejected") throw sunk.reason;
    if (filled.status === "rejected") throw filled.reason;
    await file.sync();
    return { sha256: hash.digest("hex"), size };
  } finally {
    file.close();
  }
}
