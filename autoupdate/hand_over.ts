/**
 * Bytes between root's files and a user's, each touched by its owner alone.
 *
 * The updater's unit has no power over others' files, and needs none: a user's file is read and
 * written by a process of theirs at the other end of a pipe. So neither follows the other's links,
 * and nothing ever changes its owner.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Account, commandAs, demandAs, runAs } from "./account.ts";

/** A directory of an account, which goes when it is disposed. */
export interface Scratch extends AsyncDisposable {
  /** Its path. */
  readonly path: string;
}

/** Makes one, which nobody else can enter. */
export async function makeScratch(owner: Account, parent: string): Promise<Scratch> {
  const made = await demandAs(owner, ["/usr/bin/mktemp", "-d", "-p", parent, "t3-XXXXXXXXXX"]);
  const path = made.trim();
  return {
    path,
    async [Symbol.asyncDispose]() {
      // A sealed tree has directories its owner cannot write.
      await runAs(owner, ["/usr/bin/chmod", "-R", "u+rwX", "--", path]);
      await runAs(owner, ["/usr/bin/rm", "-rf", "--", path], { deadlineMs: 300_000 });
    },
  };
}

/** Copies root's file to a new file of the user's, and flushes it. */
export async function pourTo(owner: Account, source: string, target: string): Promise<void> {
  const { command, args } = commandAs(owner, [
    "/usr/bin/dd",
    `of=${target}`,
    "bs=1M",
    "conv=fsync,excl",
    "status=none",
    "iflag=fullblock",
  ]);
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const complaint = new Response(child.stderr).text();
  const file = await Deno.open(source);
  // A full disk ends the reader early; its own words say more than a broken pipe.
  const poured = await file.readable.pipeTo(child.stdin).then(() => undefined, (error) => error);
  const { code } = await child.status;
  const said = (await complaint).trim();
  if (code !== 0) throw new Error(`${target}: ${said}`);
  if (poured !== undefined) throw poured;
}

/** Copies a user's file to a new one of root's, flushes it, and measures it on the way. */
export async function fetchFrom(
  owner: Account,
  source: string,
  target: string,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const { command, args } = commandAs(owner, ["/usr/bin/cat", "--", source]);
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaint = new Response(child.stderr).text();
  using file = await Deno.open(target, { write: true, createNew: true, mode: 0o600 });
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    for await (const bytes of child.stdout) {
      hash.update(bytes);
      sizeBytes += bytes.length;
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    }
  } finally {
    await complaint;
  }
  const { code } = await child.status;
  if (code !== 0) throw new Error(`${source}: ${(await complaint).trim()}`);
  await file.sync();
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** The digest of root's file, which is flushed first. */
export async function digestOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  await file.syncData();
  const hash = createHash("sha256");
  const block = new Uint8Array(1_048_576);
  while (true) {
    const size = await file.read(block);
    if (size === null) return hash.digest("hex");
    hash.update(block.subarray(0, size));
  }
}

/** Flushes a directory's entries. */
export async function syncDirectory(path: string): Promise<void> {
  using directory = await Deno.open(path);
  await directory.sync();
}
