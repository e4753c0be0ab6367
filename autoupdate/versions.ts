/**
 * Versions side by side: whole directories that never change.
 *
 * A source fills a directory nobody uses, as an account that owns nothing. Root takes the files
 * over, seals them (read only, flushed) and renames them into place. A version that stands in
 * `versions/` is therefore whole, and needs no network to come back.
 *
 * @module
 */
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic_file.ts";
import { runCommand } from "../core/process.ts";
import { type Account, commandAs, demandAs, runAs } from "./account.ts";
import type { Outcome } from "./actions.ts";
import { makeScratch, syncDirectory } from "./hand_over.ts";
import type { Source } from "./source.ts";
import { isVersion, printedVersion } from "./version.ts";

/** What staging needs. */
export interface StageOptions {
  /** Where the build comes from. */
  readonly source: Source;
  /** The account it is fetched and tried as. */
  readonly account: Account;
  /** Where Node is. */
  readonly nodeDir: string;
  /** Where versions go. */
  readonly versionsDir: string;
  /** Where the account may write on the way. */
  readonly scratchDir: string;
}

/** The seal of a version: written last, so that it stands for the rest. */
export const SEAL = ".sealed.json";

const sealSchema = z.looseObject({ version: z.string(), integrity: z.string().optional() });

/** Makes a version ready to run; one that is sealed already needs no source. */
export async function stageVersion(
  version: string,
  integrity: string | undefined,
  { source, account, nodeDir, versionsDir, scratchDir }: StageOptions,
): Promise<Outcome> {
  if (!isVersion(version)) return { is: "bad", why: `"${version}" is no version` };
  const place = `${versionsDir}/${version}`;
  const sealed = await readSeal(place);
  if (sealed !== undefined) {
    const known = sealed.integrity;
    if (integrity === undefined || known === undefined || !differ(known, integrity)) {
      return { is: "ok", ...(known === undefined ? {} : { integrity: known }) };
    }
    return { is: "bad", why: `it was published again: ${known} became ${integrity}` };
  }
  await Deno.mkdir(versionsDir, { recursive: true });
  await sweep(versionsDir);
  await using scratch = await makeScratch(account, scratchDir);
  const [home, prefix] = [`${scratch.path}/home`, `${scratch.path}/prefix`];
  await demandAs(account, ["/usr/bin/mkdir", "--", home, prefix]);
  const fetched = await source.fetch(version, integrity, { home, prefix });
  if (fetched.is !== "ok") return fetched;
  const print = (tree: string) =>
    runAs(account, [`${tree}/bin/t3`, "--version"], { path: `${nodeDir}:/usr/bin:/bin`, home });
  const printed = await print(prefix);
  if (printed.code !== 0) {
    const why = `it does not run: ${lastWords(printed.stderr)}`;
    // One that has run before tells whether it is the build or the machine.
    const control = (await sealedVersions(versionsDir)).at(-1);
    if (control === undefined) return { is: "bad", why };
    const again = await print(`${versionsDir}/${control}`);
    return again.code === 0
      ? { is: "bad", why }
      : { is: "unclear", why: `${why}; nor does ${control}: ${lastWords(again.stderr)}` };
  }
  const says = printedVersion(printed.stdout);
  if (says !== version) return { is: "bad", why: `it says it is ${says ?? "no version"}` };
  const work = `${versionsDir}/.staging-${crypto.randomUUID()}`;
  await Deno.mkdir(work, { mode: 0o755 });
  try {
    await takeTree(account, prefix, work);
    await seal(work, { version, integrity: fetched.integrity });
    await Deno.rename(work, place);
  } catch (error) {
    await runCommand("/usr/bin/rm", ["-rf", "--", work], { deadlineMs: 120_000 });
    throw error;
  }
  await syncDirectory(versionsDir);
  return { is: "ok", ...(fetched.integrity === undefined ? {} : { integrity: fetched.integrity }) };
}

/** Two sources may measure with different digests: those say nothing of each other. */
function differ(known: string, announced: string): boolean {
  const algorithm = (digest: string) => digest.split("-")[0];
  return known !== announced && algorithm(known) === algorithm(announced);
}

/** The versions that are there and whole. */
export async function sealedVersions(versionsDir: string): Promise<readonly string[]> {
  const found: string[] = [];
  await Deno.mkdir(versionsDir, { recursive: true });
  for await (const { name } of Deno.readDir(versionsDir)) {
    if (isVersion(name) && await readSeal(`${versionsDir}/${name}`) !== undefined) found.push(name);
  }
  return found.sort();
}

/** Throws a version away. */
export async function removeVersion(versionsDir: string, version: string): Promise<void> {
  const doomed = `${versionsDir}/.staging-${crypto.randomUUID()}`;
  await Deno.rename(`${versionsDir}/${version}`, doomed);
  await runCommand("/usr/bin/rm", ["-rf", "--", doomed], { deadlineMs: 120_000 });
}

async function readSeal(place: string) {
  try {
    return sealSchema.parse(JSON.parse(await Deno.readTextFile(`${place}/${SEAL}`)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Takes over an account's tree, as root's own files. */
async function takeTree(account: Account, source: string, target: string): Promise<void> {
  const as = commandAs(account, ["/usr/bin/tar", "-C", source, "-c", "."]);
  const sender = new Deno.Command(as.command, {
    args: [...as.args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const receiver = new Deno.Command("/usr/bin/tar", {
    args: ["-C", target, "--no-same-owner", "--no-same-permissions", "-x"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const complaint = new Response(receiver.stderr).text();
  const piped = await sender.stdout.pipeTo(receiver.stdin).then(() => undefined, (error) => error);
  const [sent, received] = await Promise.all([sender.status, receiver.status]);
  const said = (await complaint).trim();
  if (received.code !== 0) throw new Error(`tar into ${target}: ${said}`);
  if (sent.code !== 0) throw new Error(`tar of ${source} ended with ${sent.code}`);
  if (piped !== undefined) throw piped;
}

async function seal(
  tree: string,
  content: { version: string; integrity: string | undefined },
): Promise<void> {
  await writeFileAtomic(`${tree}/${SEAL}`, `${JSON.stringify(content)}\n`);
  await demand("/usr/bin/chmod", ["-R", "u=rwX,go=rX,a-w", "--", tree]);
  // Every file of the tree is on the disk before its name is.
  await demand("/usr/bin/sync", ["-f", "--", tree]);
  // A directory that is renamed is written to, where its owner is not root.
  await Deno.chmod(tree, 0o755);
}

async function sweep(versionsDir: string): Promise<void> {
  for await (const { name } of Deno.readDir(versionsDir)) {
    if (!name.startsWith(".staging-")) continue;
    await runCommand("/usr/bin/rm", ["-rf", "--", `${versionsDir}/${name}`]);
  }
}

function lastWords(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function demand(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, args, { deadlineMs: 120_000 });
  if (code !== 0) throw new Error(`${command}: ${stderr.trim()}`);
}
