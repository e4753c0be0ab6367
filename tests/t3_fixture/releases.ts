/**
 * Builds as a repository releases them: archives with a file of their digests, and the list of
 * releases, over HTTP on loopback.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import { archiveName } from "../../autoupdate/releases_source.ts";
import type { Build } from "./builds.ts";
import { packagesOf, writePackage } from "./package_files.ts";

/** Releases that can be asked for. */
export interface TestReleases extends AsyncDisposable {
  /** The list of releases. */
  readonly index: string;
  /** Releases a build; without its digests where the upload has not come that far. */
  release(build: Build, options?: { readonly hasSums?: boolean }): Promise<void>;
  /** Files by their path, to be damaged. */
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Answers everything with this status. */
  status: number;
}

/** Opens an empty repository. */
export async function startReleases(): Promise<TestReleases> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-releases-" });
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const listed: Record<string, unknown>[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (releases.status !== 200) return new Response("no", { status: releases.status });
    if (pathname === "/releases") return Response.json(listed);
    const tag = pathname.match(/^\/releases\/tags\/(.+)$/)?.[1];
    if (tag !== undefined) {
      const one = listed.find(({ tag_name }) => tag_name === tag);
      return one === undefined ? new Response("none", { status: 404 }) : Response.json(one);
    }
    const file = files.get(pathname);
    return file === undefined ? new Response("none", { status: 404 }) : new Response(file);
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;

  const releases: TestReleases = {
    index: `${origin}/releases`,
    files,
    status: 200,
    async release(build, { hasSums = true } = {}) {
      const { version } = build.behaviour;
      const name = archiveName(version);
      const bytes = await archiveOf(build, directory, name);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      const sums = new TextEncoder().encode(`${"0".repeat(64)}  other.zip\n${digest}  ${name}\n`);
      files.set(`/${version}/${name}`, bytes);
      files.set(`/${version}/SHA256SUMS`, sums);
      listed.unshift({
        tag_name: `v${version}`,
        draft: false,
        published_at: new Date().toISOString(),
        assets: [name, ...(hasSums ? ["SHA256SUMS"] : [])].map((asset) => ({
          name: asset,
          browser_download_url: `${origin}/${version}/${asset}`,
        })),
      });
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
  return releases;
}

/** One directory named after the archive, with a `t3` in it that can be started. */
async function archiveOf(build: Build, directory: string, name: string) {
  const stem = name.replace(/\.tar\.gz$/, "");
  const [program] = packagesOf({ ...build, packing: { ...build.packing, form: "plain" } });
  if (program === undefined) throw new Error("there is no program");
  await writePackage(`${directory}/${stem}`, program);
  const start = '#!/bin/sh\nexec node "$(dirname "$(readlink -f "$0")")/t3.mjs" "$@"\n';
  await Deno.writeTextFile(`${directory}/${stem}/t3`, start, { mode: 0o755 });
  const path = `${directory}/${name}`;
  const { code, stderr } = await runCommand("tar", ["-C", directory, "-czf", path, stem]);
  if (code !== 0) throw new Error(`tar: ${stderr}`);
  return await Deno.readFile(path);
}
