/**
 * Where builds come from: a registry, through npm, as an account that owns nothing.
 *
 * The registry is asked once per run; from then on an exact version is meant. npm installs into a
 * directory nobody uses, which is sealed (root's, read only, flushed) and renamed into place. A
 * version that stands in `versions/` is therefore whole, and never changes.
 *
 * @module
 */
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic_file.ts";
import { runCommand } from "../core/process.ts";
import { type Account, commandAs, demandAs, runAs } from "./account.ts";
import type { Release } from "./candidate.ts";
import { makeScratch, syncDirectory } from "./hand_over.ts";
import type { Outcome } from "./machine.ts";
import { isVersion, printedVersion } from "./version.ts";

/** How to get builds. */
export interface NpmOptions {
  /** The package. */
  readonly packageName: string;
  /** The registry; without it npm's own setting. */
  readonly registry: URL | undefined;
  /** Where Node and npm are. */
  readonly nodeDir: string;
  /** The account npm runs as. */
  readonly account: Account;
  /** Where versions go. */
  readonly versionsDir: string;
  /** Where npm may write while it asks. */
  readonly scratchDir: string;
}

/** The seal of a version: written last, so that it stands for the rest. */
export const SEAL = ".sealed.json";

const sealSchema = z.looseObject({ version: z.string(), integrity: z.string().optional() });

const viewSchema = z.looseObject({
  version: z.string(),
  dist: z.looseObject({ integrity: z.string().optional() }).optional(),
  engines: z.looseObject({ node: z.string().optional() }).optional(),
  time: z.record(z.string(), z.string()).optional(),
});

/** A registry's answer, or why there is none. */
export type ReleaseAnswer =
  | { readonly is: "ok"; readonly release: Release }
  | { readonly is: "unclear"; readonly why: string };

/** Asks which version a tag or an exact version stands for. */
export async function askRelease(tag: string, options: NpmOptions): Promise<ReleaseAnswer> {
  const { packageName, account } = options;
  await using home = await makeScratch(account, options.scratchDir);
  try {
    const result = await npm(["view", `${packageName}@${tag}`, "--json"], home.path, options);
    if (result.code !== 0) return { is: "unclear", why: complaint(result) };
    // A range gives a list; a tag and an exact version one object.
    const parsed = viewSchema.safeParse(JSON.parse(result.stdout || "null"));
    if (!parsed.success) return { is: "unclear", why: "the registry's answer is of no known form" };
    const { version, dist, engines, time } = parsed.data;
    const published = Date.parse(time?.[version] ?? "");
    return {
      is: "ok",
      release: {
        version,
        integrity: dist?.integrity,
        engines: engines?.node,
        publishedMs: Number.isNaN(published) ? undefined : published,
      },
    };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return { is: "unclear", why: "the registry's answer is no JSON" };
    }
    throw error;
  }
}

/** The version of the Node that t3 runs on. */
export async function nodeVersion({ nodeDir, account }: NpmOptions): Promise<string> {
  return (await demandAs(account, [`${nodeDir}/node`, "--version"])).trim();
}

/** Makes a version ready to run; one that is sealed already needs no registry. */
export async function stageVersion(
  version: string,
  integrity: string | undefined,
  options: NpmOptions,
): Promise<Outcome> {
  const { packageName, account, versionsDir } = options;
  if (!isVersion(version)) return { is: "bad", why: `"${version}" is no version` };
  const place = `${versionsDir}/${version}`;
  const sealed = await readSeal(place);
  if (sealed !== undefined) {
    const known = sealed.integrity;
    if (integrity === undefined || known === undefined || known === integrity) {
      return { is: "ok", ...(known === undefined ? {} : { integrity: known }) };
    }
    return { is: "bad", why: `it was published again: ${known} became ${integrity}` };
  }
  await Deno.mkdir(versionsDir, { recursive: true });
  await sweep(versionsDir);
  await using scratch = await makeScratch(account, options.scratchDir);
  const [home, prefix] = [`${scratch.path}/home`, `${scratch.path}/prefix`];
  await demandAs(account, ["/usr/bin/mkdir", "--", home, prefix]);
  const installed = await npm(
    [
      "install",
      "--global",
      "--prefix",
      prefix,
      // Builds before 0.0.42 compile these two; npm runs no others of a dependency since 11.
      "--allow-scripts=node-pty,msgpackr-extract",
      "--engine-strict",
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
      `${packageName}@${version}`,
    ],
    home,
    options,
  );
  if (installed.code !== 0) {
    const why = complaint(installed);
    return { is: /EBADENGINE/.test(installed.stderr) ? "bad" : "unclear", why };
  }
  const found = await installedIntegrity(account, `${prefix}/lib/node_modules`, packageName);
  if (integrity !== undefined && found !== undefined && found !== integrity) {
    return { is: "unclear", why: `the registry sent ${found}, announced was ${integrity}` };
  }
  const path = `${options.nodeDir}:/usr/bin:/bin`;
  const printed = await runAs(account, [`${prefix}/bin/t3`, "--version"], { path, home });
  if (printed.code !== 0) {
    return { is: "bad", why: `it does not run: ${lastWords(printed.stderr)}` };
  }
  const says = printedVersion(printed.stdout);
  if (says !== version) return { is: "bad", why: `it says it is ${says ?? "no version"}` };
  const work = `${versionsDir}/.staging-${crypto.randomUUID()}`;
  await Deno.mkdir(work, { mode: 0o755 });
  try {
    await takeTree(account, prefix, work);
    await seal(work, { version, integrity: integrity ?? found });
    await Deno.rename(work, place);
  } catch (error) {
    await runCommand("/usr/bin/rm", ["-rf", "--", work], { deadlineMs: 120_000 });
    throw error;
  }
  await syncDirectory(versionsDir);
  return { is: "ok", ...(integrity === undefined ? {} : { integrity }) };
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

/** The digest npm checked the main package against. */
async function installedIntegrity(
  account: Account,
  modules: string,
  packageName: string,
): Promise<string | undefined> {
  const { code, stdout } = await runAs(account, [
    "/usr/bin/cat",
    "--",
    `${modules}/.package-lock.json`,
  ]);
  if (code !== 0) return undefined;
  try {
    return JSON.parse(stdout)?.packages?.[`node_modules/${packageName}`]?.integrity;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function npm(args: readonly string[], home: string, options: NpmOptions) {
  const { nodeDir, registry, account } = options;
  const registryArgs = registry === undefined ? [] : [`--registry=${registry.href}`];
  return await runAs(account, [
    `${nodeDir}/npm`,
    ...args,
    "--cache",
    `${home}/cache`,
    "--userconfig",
    `${home}/npmrc`,
    "--loglevel=error",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
    ...registryArgs,
  ], {
    path: `${nodeDir}:/usr/bin:/bin`,
    home,
    deadlineMs: 600_000,
    // A proxy may sign TLS with an authority that only the system knows.
    env: { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" },
  });
}

function complaint({ stderr, stdout }: { stderr: string; stdout: string }): string {
  const lines = `${stderr}\n${stdout}`.split("\n")
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !/^A complete log/.test(line));
  return `npm: ${lines.slice(0, 3).join("; ") || "failed without a word"}`;
}

function lastWords(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function demand(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, args, { deadlineMs: 120_000 });
  if (code !== 0) throw new Error(`${command}: ${stderr.trim()}`);
}
