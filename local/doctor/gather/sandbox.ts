/**
 * What the kernel allows Chromium's sandbox.
 *
 * @module
 */
import type { SandboxFact } from "../facts.ts";
import { namesIn, readText } from "./read_text.ts";
import { runTool } from "./run_tool.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const NOT_FOUND = 127;

/** Reads settings and tries it, as a user who is not root. */
export async function gatherSandbox(uid: number): Promise<SandboxFact> {
  const [maxUserNamespaces, unprivilegedClone, apparmorRestricts] = await Promise.all([
    setting("user/max_user_namespaces"),
    setting("kernel/unprivileged_userns_clone"),
    setting("kernel/apparmor_restrict_unprivileged_userns"),
  ]);
  const tried = await runTool(
    "/usr/bin/unshare",
    ["--user", "--map-root-user", "/usr/bin/true"],
    { as: uid === 0 ? NOBODY : undefined },
  );
  const canMakeNamespaces = tried.code === NOT_FOUND ? undefined : tried.code === 0;
  return {
    maxUserNamespaces,
    unprivilegedClone,
    apparmorRestricts,
    hasProfile: await hasProfile(),
    canMakeNamespaces,
  };
}

/** Deno reads nothing below /proc without all permissions; cat may. */
async function setting(name: string): Promise<number | undefined> {
  const { code, stdout } = await runTool("/usr/bin/cat", [`/proc/sys/${name}`]);
  return code === 0 ? Number(stdout) : undefined;
}

async function hasProfile(): Promise<boolean> {
  for (const name of await namesIn("/etc/apparmor.d")) {
    if (!/chrom/.test(name)) continue;
    const text = await readText(`/etc/apparmor.d/${name}`) ?? "";
    if (/\/chromium\b/.test(text) && /^\s*userns\b/m.test(text)) return true;
  }
  return false;
}
