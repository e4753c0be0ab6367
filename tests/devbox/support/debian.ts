/**
 * Where this machine gets Debian from, so that boxes get it from there too: mirror, proxies, and the
 * authorities it trusts.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";

/** The release of every box: systemd 252, which boots on hybrid control groups. */
export const RELEASE = "bookworm";

/** The bundle of trusted authorities, on this machine and in every box. */
export const CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** How Debian is reached from here. */
export interface DebianSource {
  /** The mirror of the release itself. */
  readonly mirror: string;
  /** The lines of `/etc/apt/sources.list`: the release, its updates and its security fixes. */
  readonly sourcesList: string;
  /** The lines of an apt configuration file: proxies; empty where there are none. */
  readonly aptConfig: string;
  /** The bundle of trusted authorities, as PEM. */
  readonly authorities: string;
}

/** Asks this machine's apt, whatever the format of its sources. */
export async function debianSource(): Promise<DebianSource> {
  const format = "$(SITE) $(CODENAME) $(COMPONENT)";
  const { stdout } = await runCommand("apt-get", [
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
    "Origin: Debian",
  ]);
  const { mirror, sourcesList } = readTargets(stdout);
  const proxies = await runCommand("apt-config", ["dump", "Acquire"]);
  return {
    mirror,
    sourcesList,
    aptConfig: proxyLines(proxies.stdout),
    authorities: await Deno.readTextFile(CA_BUNDLE),
  };
}

/** The sources in lines of `SITE CODENAME COMPONENT`. */
export function readTargets(targets: string): { mirror: string; sourcesList: string } {
  const lines = new Set<string>();
  let mirror: string | undefined;
  for (const line of targets.split("\n")) {
    const [site = "", codename = "", component = ""] = line.trim().split(" ");
    if (component !== "main" || codename.split("-")[0] !== RELEASE) continue;
    lines.add(`deb ${site} ${codename} main\n`);
    if (codename === RELEASE) mirror = site;
  }
  if (mirror === undefined) {
    throw new Error(
      `Cannot find a mirror of Debian ${RELEASE}: apt has none, must be in its sources and ` +
        `"apt-get update" must have run`,
    );
  }
  return { mirror, sourcesList: [...lines].sort().join("") };
}

/** The lines of `apt-config dump` that a box needs to reach the mirror the same way. */
export function proxyLines(dump: string): string {
  const lines = dump.split("\n").filter((line) => /^Acquire::https?::Proxy[ :]/.test(line));
  return lines.map((line) => `${line}\n`).join("");
}

/** The variables that say how the world is reached; a box's programs get them too. */
export function worldEnv(): Readonly<Record<string, string>> {
  const names = ["http_proxy", "https_proxy", "no_proxy", "all_proxy"];
  const env: Record<string, string> = {
    SSL_CERT_FILE: CA_BUNDLE,
    NODE_EXTRA_CA_CERTS: CA_BUNDLE,
    DENO_TLS_CA_STORE: "system,mozilla",
  };
  for (const name of [...names, ...names.map((name) => name.toUpperCase())]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
