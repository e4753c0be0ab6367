/**
 * Unpacks an archive into an empty directory and believes nothing it cannot check: the digest beside
 * it, the compression's own, and every file against the manifest.
 *
 * Archives of earlier backups, made by `tar -czf`, have neither digest nor manifest; they are
 * unpacked with a word about that. Links and whatever is neither profile nor snapshot are left out.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { Logger } from "../core/log.ts";
import { ageStream } from "./age.ts";
import { ARCHIVE_MANIFEST, type ArchiveManifest, MANIFEST_NAME } from "./archive_manifest.ts";
import { type ReadEntry, readTar, TarError } from "./read_tar.ts";
import { ARCHIVED_ROOTS, isLeftOut } from "./selection.ts";

/** An archive that is being made. */
export interface UnnamedArchive {
  /** The path it will have. */
  readonly name: string;
  /** Its digest. */
  readonly sha256: string;
}

/** What to unpack and where to. */
export interface UnpackOptions {
  /** The archive. */
  readonly path: string;
  /** An existing, empty directory. */
  readonly to: string;
  /** A file with the age identity, for archives that are encrypted. */
  readonly identityFile?: string | undefined;
  /** What is known of an archive that has no name and no digest beside it yet. */
  readonly unnamed?: UnnamedArchive;
  /** Log. */
  readonly log: Logger;
}

/** What was unpacked. */
export interface Unpacked {
  /** What the archive says of itself; none for those of earlier backups. */
  readonly manifest: ArchiveManifest | undefined;
  /** How many files. */
  readonly files: number;
}

/**
 * Unpacks.
 *
 * @throws {Fault} When the archive is not there, damaged, cut short, locked or no profile.
 */
export async function unpackArchive(options: UnpackOptions): Promise<Unpacked> {
  const { path, to, unnamed, log } = options;
  const refuse = (why: string, cause?: unknown) =>
    new Fault(`Cannot unpack "${path}": ${why}`, { cause });
  if (!await exists(path)) throw refuse("there is no such file");
  const expected = unnamed?.sha256 ?? await readDigest(path, refuse);
  if (expected === undefined) log.warn(`"${path}" has no digest beside it, taken as it is`);
  const hash = createHash("sha256");
  const found = new Map<string, { size: number; sha256: string }>();
  let manifestText: string | undefined;
  try {
    using file = await Deno.open(path);
    const counted = file.readable.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(bytes, controller) {
          hash.update(bytes);
          controller.enqueue(bytes);
        },
      }),
    );
    const compressed = decrypted(counted, options, refuse);
    const plain = compressed.pipeThrough(
      new DecompressionStream("gzip") as TransformStream<Uint8Array, Uint8Array>,
    );
    for await (const entry of readTar(plain)) {
      const name = safePath(entry.path, refuse);
      if (name === MANIFEST_NAME && entry.kind === "file") {
        manifestText = await readText(entry);
      } else if (isWanted(name, entry)) {
        if (entry.kind === "directory") {
          await Deno.mkdir(`${to}/${name}`, { recursive: true, mode: 0o700 });
        } else found.set(name, await unpackFile(entry, `${to}/${name}`));
      }
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error instanceof TarError) throw refuse(`it is damaged, ${error.message}`, error);
    // Deno's gzip tells a cut or altered stream by a TypeError.
    if (error instanceof TypeError) throw refuse("it is damaged or cut short", error);
    throw refuse(errorText(error), error);
  }
  if (expected !== undefined && hash.digest("hex") !== expected) {
    throw refuse("its digest is not the one beside it, it was changed");
  }
  const manifest = readManifest(manifestText, refuse);
  if (manifest === undefined) log.warn(`"${path}" has no manifest, as archives of earlier backups`);
  else compare(manifest, found, refuse);
  if (![...found.keys()].some((name) => name.startsWith("chromium-data/"))) {
    throw refuse('it holds no "chromium-data", must be an archive of a profile');
  }
  return { manifest, files: found.size };
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

type Refuse = (why: string, cause?: unknown) => Fault;

async function readDigest(path: string, refuse: Refuse): Promise<string | undefined> {
  try {
    const match = /^([0-9a-f]{64}) [ *]/.exec(await Deno.readTextFile(`${path}.sha256`));
    if (match === null) throw refuse(`"${path}.sha256" is no digest`);
    return match[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function decrypted(
  stream: ReadableStream<Uint8Array>,
  { path, unnamed, identityFile }: UnpackOptions,
  refuse: Refuse,
): ReadableStream<Uint8Array> {
  if (!(unnamed?.name ?? path).endsWith(".age")) return stream;
  if (identityFile === undefined) {
    throw refuse("it is encrypted, BACKUP_IDENTITY_FILE must name the file with its key");
  }
  return ageStream(["--decrypt", "--identity", identityFile], stream);
}

/** The path without what `tar -C /profile .` puts before it. */
function safePath(path: string, refuse: Refuse): string {
  const parts = path.split("/").filter((part) => part !== "." && part !== "");
  if (path.startsWith("/") || parts.includes("..") || path.includes("\0")) {
    throw refuse(`its entry "${path}" leads elsewhere, must stay inside`);
  }
  return parts.join("/");
}

function isWanted(name: string, { kind }: ReadEntry): boolean {
  if (kind === "other") return false;
  const parts = name.split("/");
  const [root = ""] = parts;
  if (!ARCHIVED_ROOTS.some((wanted) => wanted === root)) return false;
  const last = parts.pop() ?? "";
  return !parts.some((part) => isLeftOut(part, "directory")) && !isLeftOut(last, kind);
}

async function unpackFile(
  entry: ReadEntry,
  path: string,
): Promise<{ size: number; sha256: string }> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const hash = createHash("sha256");
  for await (const bytes of entry.content) {
    hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
  await file.syncData();
  return { size: entry.size, sha256: hash.digest("hex") };
}

async function readText(entry: ReadEntry): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of entry.content) text += decoder.decode(bytes, { stream: true });
  return text + decoder.decode();
}

function readManifest(text: string | undefined, refuse: Refuse): ArchiveManifest | undefined {
  if (text === undefined) return undefined;
  try {
    return ARCHIVE_MANIFEST.parse(JSON.parse(text));
  } catch (error) {
    throw refuse("its manifest is not one", error);
  }
}

function compare(
  manifest: ArchiveManifest,
  found: ReadonlyMap<string, { size: number; sha256: string }>,
  refuse: Refuse,
): void {
  for (const { path, size, sha256 } of manifest.files) {
    const file = found.get(path);
    if (file === undefined) throw refuse(`"${path}" is missing from it`);
    if (file.size !== size || file.sha256 !== sha256) {
      throw refuse(`"${path}" is not what its manifest says`);
    }
  }
  if (found.size !== manifest.files.length) {
    throw refuse("it holds files its manifest does not name");
  }
}
