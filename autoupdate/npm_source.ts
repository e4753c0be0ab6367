/**
 * Builds from a registry, through npm, as an account that owns nothing.
 *
 * npm installs into a directory nobody uses. A build whose package for this platform is missing
 * installs well and does not run, which is found out afterwards.
 *
 * @module
 */
import { z } from "zod";
import { type Account, runAs } from "./account.ts";
import { makeScratch } from "./hand_over.ts";
import type { Fetched, FetchPlace, ReleaseAnswer, Source, Wanted } from "./source.ts";

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
  /** Where npm may write while it asks. */
  readonly scratchDir: string;
}

const viewSchema = z.looseObject({
  version: z.string(),
  dist: z.looseObject({
    integrity: z.string().optional(),
    attestations: z.looseObject({
      provenance: z.looseObject({ predicateType: z.string() }).optional(),
    }).optional(),
  }).optional(),
  engines: z.looseObject({ node: z.string().optional() }).optional(),
  time: z.record(z.string(), z.string()).optional(),
});

/** Opens a registry. */
export function openNpmSource(options: NpmOptions): Source {
  return {
    ask: (wanted) => ask(wanted, options),
    fetch: (version, integrity, place) => fetchBuild(version, integrity, place, options),
  };
}

async function ask({ track, pin }: Wanted, options: NpmOptions): Promise<ReleaseAnswer> {
  const { packageName, account } = options;
  await using home = await makeScratch(account, options.scratchDir);
  const args = ["view", `${packageName}@${pin ?? track}`, "--json"];
  const result = await npm(args, home.path, options);
  if (result.code !== 0) return { is: "unclear", why: complaint(result) };
  return parseView(result.stdout);
}

/**
 * Reads what `npm view --json` printed.
 *
 * @param stdout All of it. A range gives a list; a tag and an exact version one object.
 */
export function parseView(stdout: string): ReleaseAnswer {
  let value: unknown;
  try {
    value = JSON.parse(stdout || "null");
  } catch (error) {
    if (error instanceof SyntaxError) {
      return { is: "unclear", why: "the registry's answer is no JSON" };
    }
    throw error;
  }
  const parsed = viewSchema.safeParse(value);
  if (!parsed.success) return { is: "unclear", why: "the registry's answer is of no known form" };
  const { version, dist, engines, time } = parsed.data;
  const published = Date.parse(time?.[version] ?? "");
  return {
    is: "ok",
    release: {
      version,
      integrity: dist?.integrity,
      provenance: dist?.attestations?.provenance?.predicateType,
      engines: engines?.node,
      publishedMs: Number.isNaN(published) ? undefined : published,
    },
  };
}

async function fetchBuild(
  version: string,
  integrity: string | undefined,
  { home, prefix }: FetchPlace,
  options: NpmOptions,
): Promise<Fetched> {
  const { packageName, account } = options;
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
  return { is: "ok", integrity: integrity ?? found };
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

/** What npm says, its sentences before its codes. */
function complaint({ stderr, stdout }: { stderr: string; stdout: string }): string {
  const lines = `${stderr}\n${stdout}`.split("\n")
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !/^A complete log/.test(line));
  const sentences = lines.filter((line) => !/^(?:code|errno|syscall|\d+) ?\S*$/.test(line));
  const said = (sentences.length > 0 ? sentences : lines).slice(0, 3).join("; ");
  return `npm: ${said || "failed without a word"}`;
}
