/**
 * Builds from the releases of a repository: archives that need neither npm nor Node, with a file of
 * their digests beside them.
 *
 * An archive is `t3-<version>-<platform>.tar.gz`, one directory of that name with `t3` in it; the
 * digests are in `SHA256SUMS` (t3code's `scripts/build-cli-archive.ts`, `scripts/install.sh`). What
 * a channel offers is the newest release of it that has both: a release that is still being
 * uploaded is not there yet. Downloads run in Node as an account that owns nothing, since this
 * program may reach loopback only.
 *
 * @module
 */
import { z } from "zod";
import { type Account, demandAs, runAs } from "./account.ts";
import { makeScratch } from "./hand_over.ts";
import type { Fetched, FetchPlace, Release, ReleaseAnswer, Source, Wanted } from "./source.ts";
import { compareVersions, isOnTrack, isVersion } from "./version.ts";

/** How to get builds. */
export interface ReleasesOptions {
  /** The list of releases, as GitHub's API tells it. */
  readonly index: URL;
  /** Where Node is. */
  readonly nodeDir: string;
  /** The account downloads run as. */
  readonly account: Account;
  /** Where it may write while it asks. */
  readonly scratchDir: string;
}

/** A release, and where its files are. */
export interface Listed {
  /** Its version. */
  readonly version: string;
  /** When it was published, in milliseconds since the epoch; nothing where it does not say. */
  readonly publishedMs: number | undefined;
  /** The URL of its archive for this machine. */
  readonly archive: string;
  /** The URL of its digests. */
  readonly sums: string;
}

const SUMS = "SHA256SUMS";

const releaseSchema = z.looseObject({
  tag_name: z.string(),
  draft: z.boolean().optional(),
  published_at: z.string().nullish(),
  assets: z.array(z.looseObject({ name: z.string(), browser_download_url: z.url() })),
});

/** Opens a repository's releases. */
export function openReleasesSource(options: ReleasesOptions): Source {
  return {
    ask: (wanted) => ask(wanted, options),
    fetch: (version, integrity, place) => fetchBuild(version, integrity, place, options),
  };
}

/** The archive's name for this machine. */
export function archiveName(version: string, arch: string = Deno.build.arch): string {
  return `t3-${version}-linux-${arch === "aarch64" ? "arm64" : "x64"}.tar.gz`;
}

/**
 * Reads a list of releases.
 *
 * @param json As GitHub's API gives it.
 * @returns Those that have an archive for this machine and its digest; nothing where it is no list.
 */
export function parseReleases(json: string): readonly Listed[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = z.array(releaseSchema).safeParse(Array.isArray(value) ? value : [value]);
  if (!parsed.success) return undefined;
  return parsed.data.flatMap(({ tag_name, draft, published_at, assets }) => {
    const version = tag_name.replace(/^(?:nightly-)?v/, "");
    if (draft === true || !isVersion(version)) return [];
    const urlOf = (name: string) => assets.find((one) => one.name === name)?.browser_download_url;
    const [archive, sums] = [urlOf(archiveName(version)), urlOf(SUMS)];
    if (archive === undefined || sums === undefined) return [];
    const published = Date.parse(published_at ?? "");
    return [{
      version,
      publishedMs: Number.isNaN(published) ? undefined : published,
      archive,
      sums,
    }];
  });
}

/**
 * The digest of a file in the text of `SHA256SUMS`, as it is written in a journal.
 *
 * @returns Nothing where the file is not named, or named twice with two digests.
 */
export function digestIn(sums: string, name: string): string | undefined {
  const found = new Set(
    sums.split("\n").flatMap((line) => {
      const match = /^([0-9a-f]{64}) [ *](.+?)\r?$/i.exec(line);
      return match?.[2] === name ? [match[1]?.toLowerCase() ?? ""] : [];
    }),
  );
  const [digest] = found;
  return digest === undefined || found.size > 1 ? undefined : `sha256-${base64(digest)}`;
}

async function ask(wanted: Wanted, options: ReleasesOptions): Promise<ReleaseAnswer> {
  const { track, pin } = wanted;
  await using scratch = await makeScratch(options.account, options.scratchDir);
  const listed = await list(pin, scratch.path, options);
  if (listed.is !== "ok") return listed;
  const fitting = listed.releases.filter(({ version }) =>
    pin === undefined ? isOnTrack(version, track) : version === pin
  );
  const newest = fitting.toSorted((a, b) => compareVersions(b.version, a.version))[0];
  if (newest === undefined) {
    const what = pin ?? `the channel ${track}`;
    return { is: "unclear", why: `no release of ${what} has an archive for this machine` };
  }
  const sums = await download(newest.sums, `${scratch.path}/sums`, options);
  if (sums !== undefined) return { is: "unclear", why: sums };
  const text = await demandAs(options.account, ["/usr/bin/cat", "--", `${scratch.path}/sums`]);
  const release: Release = {
    version: newest.version,
    publishedMs: newest.publishedMs,
    integrity: digestIn(text, archiveName(newest.version)),
    provenance: undefined,
    engines: undefined,
  };
  return { is: "ok", release };
}

async function list(
  pin: string | undefined,
  scratch: string,
  options: ReleasesOptions,
): Promise<
  { readonly is: "ok"; readonly releases: readonly Listed[] } | {
    readonly is: "unclear";
    readonly why: string;
  }
> {
  const { href } = options.index;
  const url = pin === undefined
    ? `${href}?per_page=100`
    : `${href.replace(/\/$/, "")}/tags/v${encodeURIComponent(pin)}`;
  const failed = await download(url, `${scratch}/index`, options);
  if (failed !== undefined) return { is: "unclear", why: failed };
  const json = await demandAs(options.account, ["/usr/bin/cat", "--", `${scratch}/index`]);
  const releases = parseReleases(json);
  return releases === undefined
    ? { is: "unclear", why: `${url} is no list of releases` }
    : { is: "ok", releases };
}

async function fetchBuild(
  version: string,
  integrity: string | undefined,
  { home, prefix }: FetchPlace,
  options: ReleasesOptions,
): Promise<Fetched> {
  const { account } = options;
  const listed = await list(version, home, options);
  if (listed.is !== "ok") return listed;
  const release = listed.releases.find((one) => one.version === version);
  if (release === undefined) {
    return { is: "unclear", why: `the release ${version} has no archive for this machine` };
  }
  const file = `${home}/archive.tar.gz`;
  const failed = await download(release.archive, file, options);
  if (failed !== undefined) return { is: "unclear", why: failed };
  const printed = await demandAs(account, ["/usr/bin/sha256sum", "--", file], {
    deadlineMs: 300_000,
  });
  const found = `sha256-${base64(printed.slice(0, 64))}`;
  if (integrity !== undefined && found !== integrity) {
    return { is: "unclear", why: `the release has ${found}, announced was ${integrity}` };
  }
  const tree = `${prefix}/lib/t3`;
  await demandAs(account, ["/usr/bin/mkdir", "-p", "--", tree, `${prefix}/bin`]);
  const unpacked = await runAs(
    account,
    ["/usr/bin/tar", "-x", "-z", "-C", tree, "--strip-components=1", "-f", file],
    { deadlineMs: 300_000 },
  );
  if (unpacked.code !== 0) {
    return { is: "unclear", why: `tar: ${unpacked.stderr.trim().split("\n").at(-1)}` };
  }
  await demandAs(account, ["/usr/bin/ln", "-s", "--", "../lib/t3/t3", `${prefix}/bin/t3`]);
  return { is: "ok", integrity: found };
}

/** Run by Node: prints nothing, and says in one line why it failed. */
const DOWNLOAD = `
const [url, file] = process.argv.slice(1);
const { createWriteStream } = require("node:fs");
const { pipeline } = require("node:stream/promises");
(async () => {
  const headers = { "user-agent": "hearth-autoupdate" };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(600000) });
  if (!answer.ok) throw new Error(answer.status + " " + answer.statusText);
  await pipeline(answer.body, createWriteStream(file));
})().catch((error) => {
  process.stderr.write((error.cause?.message || error.cause?.code || error.message) + "\\n");
  process.exitCode = 1;
});
`;

/** Downloads to a file; what went wrong, where something did. */
async function download(
  url: string,
  file: string,
  { account, nodeDir }: ReleasesOptions,
): Promise<string | undefined> {
  const { code, stderr } = await runAs(account, [`${nodeDir}/node`, "-e", DOWNLOAD, url, file], {
    deadlineMs: 660_000,
    // A proxy may sign TLS with an authority that only the system knows.
    env: { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" },
  });
  if (code === 0) return undefined;
  return `${url}: ${stderr.trim().split("\n").at(-1) || `exit code ${code}`}`;
}

function base64(hex: string): string {
  return Uint8Array.fromHex(hex).toBase64();
}
