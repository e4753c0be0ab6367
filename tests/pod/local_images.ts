/**
 * The images of the pod, built without any registry: a Debian from the machine's own mirrors, the
 * Deno that runs the tests, and on them what `k8s/images/build.ts` builds.
 *
 * Base and layers stay in podman's storage, so that a second run takes seconds.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import { ROOT } from "../support/program.ts";
import { podman, podmanEnv, tryPodman } from "./podman.ts";

const PREFIX = "localhost/hearth-tests/";
const BASE = `${PREFIX}debian:bookworm`;
const DENO = `${PREFIX}deno:${Deno.version.deno}`;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** Names of the images. */
export interface PodImages {
  /** Every program but the browser. */
  readonly hearth: string;
  /** The browser. */
  readonly chrome: string;
}

/** Builds what is not there yet. */
export async function buildImages(): Promise<PodImages> {
  await importMissing(BASE, makeDebian);
  await importMissing(DENO, async (root) => {
    await Deno.copyFile(Deno.execPath(), `${root}/deno`);
    await Deno.chmod(`${root}/deno`, 0o755);
  });
  await run(Deno.execPath(), [
    ...["run", "-q", "-A", `${ROOT}k8s/images/build.ts`],
    ...["--tool", "/usr/bin/podman", "--prefix", PREFIX, "--tag", "test"],
    // One font is enough to test with.
    ...["--base", BASE, "--deno", DENO, "--fonts", "fonts-liberation"],
    ...["--ca", BUNDLE, "--network", "host"],
  ]);
  return { hearth: `${PREFIX}hearth:test`, chrome: `${PREFIX}hearth-chrome:test` };
}

async function importMissing(image: string, fill: (root: string) => Promise<void>): Promise<void> {
  if ((await tryPodman(["image", "exists", image])).code === 0) return;
  // Not /tmp, which may be small or forbid device files.
  const work = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "hearth-base-" });
  try {
    await Deno.mkdir(`${work}/root`);
    await fill(`${work}/root`);
    await run("tar", ["-C", `${work}/root`, "--numeric-owner", "-cf", `${work}/root.tar`, "."]);
    await podman("import", "--change", `ENV PATH=${PATH}`, `${work}/root.tar`, image);
  } finally {
    await run("rm", ["-rf", "--one-file-system", work]);
  }
}

async function makeDebian(root: string): Promise<void> {
  const sources = await aptSources();
  const main = sources.find(({ release }) => release === "bookworm");
  if (main === undefined) throw new Error("Cannot make a base: apt knows no mirror of bookworm");
  await run("debootstrap", ["--variant=minbase", "bookworm", root, main.site]);
  const lines = sources.map(({ site, release }) => `deb ${site} ${release} main\n`);
  await Deno.writeTextFile(`${root}/etc/apt/sources.list`, lines.join(""));
  await run("chroot", [root, "apt-get", "clean"]);
}

/** Where this machine's apt gets bookworm and its updates from. */
async function aptSources(): Promise<readonly { site: string; release: string }[]> {
  const lines = await run("apt-get", [
    "indextargets",
    "--format",
    "$(SITE) $(RELEASE)",
    "Created-By: Packages",
  ]);
  return [...new Set(lines.trim().split("\n"))].map((line) => {
    const [site = "", release = ""] = line.split(" ");
    return { site, release };
  }).filter(({ release }) => release.startsWith("bookworm"));
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, {
    env: podmanEnv(),
    deadlineMs: 1_200_000,
  });
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(" ")} failed: ${stdout.slice(-2_000)}${stderr.slice(-4_000)}`,
    );
  }
  return stdout;
}
