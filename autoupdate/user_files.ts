/**
 * A user's t3 state on disk, touched as its owner only.
 *
 * @module
 */
import { runCommand } from "../core/process.ts";
import { type Account, demandAs, runAs } from "./account.ts";

/** Where an account's t3 keeps its databases. */
export function userdataOf({ home }: Account): string {
  return `${home}/.t3/userdata`;
}

/**
 * Every database there: not one name that is known, since a build of the second generation has
 * another one, and reads the first no more.
 */
export async function findDatabases(owner: Account): Promise<readonly string[]> {
  return [...(await identifyDatabases(owner)).keys()];
}

/** Every database there, and which file it is: one that is put in its place is another. */
export async function identifyDatabases(owner: Account): Promise<ReadonlyMap<string, string>> {
  return await identify(owner, "f");
}

/**
 * The names of databases that are links to files elsewhere.
 *
 * SQLite keeps the `-wal` beside the file, so a copy made by the link's name would lack it.
 */
export async function findLinkedDatabases(owner: Account): Promise<readonly string[]> {
  const links = [...(await identify(owner, "l")).keys()];
  return links.map((path) => path.slice(path.lastIndexOf("/") + 1));
}

async function identify(owner: Account, type: "f" | "l"): Promise<ReadonlyMap<string, string>> {
  const directory = userdataOf(owner);
  const { code } = await runAs(owner, ["/usr/bin/test", "-d", directory]);
  if (code !== 0) return new Map();
  const text = await demandAs(owner, [
    "/usr/bin/find",
    // A link in its place is followed, as the server follows it.
    `${directory}/`,
    "-maxdepth",
    "1",
    "-type",
    type,
    "-name",
    "*.sqlite",
    "-printf",
    "%D:%i %f\\0",
  ]);
  const found = text.split("\0").filter((line) => line !== "").map((line) => {
    const [identity = "", ...name] = line.split(" ");
    return [`${directory}/${name.join(" ")}`, identity] as const;
  });
  return new Map(found.sort(([a], [b]) => a < b ? -1 : 1));
}

/** The size of files in bytes. */
export async function sizeOf(owner: Account, paths: readonly string[]): Promise<number> {
  if (paths.length === 0) return 0;
  const text = await demandAs(owner, ["/usr/bin/stat", "-L", "-c", "%s", "--", ...paths]);
  return text.trim().split("\n").reduce((sum, line) => sum + Number(line), 0);
}

/** Processes of the user that hold a file of their state open; nobody else can, but root. */
export async function openers(owner: Account): Promise<readonly number[]> {
  const real = await runAs(owner, ["/usr/bin/readlink", "-e", userdataOf(owner)]);
  if (real.code !== 0) return [];
  // Processes end while this looks, and it says so: what it found counts all the same.
  const { stdout } = await runAs(owner, [
    "/usr/bin/find",
    "/proc",
    "-mindepth",
    "3",
    "-maxdepth",
    "3",
    "-path",
    "/proc/[0-9]*/fd/*",
    "-lname",
    `${globLiteral(real.stdout.trimEnd())}/*.sqlite*`,
    "-printf",
    "%p\n",
  ]);
  const pids = stdout.split("\n").map((line) => Number(line.split("/")[2])).filter((pid) =>
    pid > 0
  );
  return [...new Set(pids)];
}

function globLiteral(path: string): string {
  return path.replaceAll(/[\\*?[\]]/g, "\\$&");
}

/** Free bytes on the file system of a directory. */
export async function freeBytes(directory: string): Promise<number> {
  const { code, stdout, stderr } = await runCommand("/usr/bin/df", [
    "--output=avail",
    "-B1",
    "--",
    directory,
  ]);
  if (code !== 0) throw new Error(`df ${directory}: ${stderr.trim()}`);
  return Number(stdout.trim().split("\n").at(-1));
}

/** Free bytes where a user's databases are, or will be. */
export async function roomOf(owner: Account): Promise<number> {
  const userdata = userdataOf(owner);
  const { code } = await runAs(owner, ["/usr/bin/test", "-d", userdata]);
  const directory = code === 0 ? userdata : owner.home;
  const text = await demandAs(owner, ["/usr/bin/df", "--output=avail", "-B1", "--", directory]);
  return Number(text.trim().split("\n").at(-1));
}
