/**
 * A bare Debian: systemd, and what every dev box has before anyone set it up.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";
import { type HeldTree, holdTree } from "./cache.ts";
import { type DebianSource, debianSource, RELEASE } from "./debian.ts";

/** What a machine has that nobody has set up; a login session needs `libpam-systemd`. */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "libpam-systemd",
  "dbus",
  "passwd",
  "sudo",
  "ca-certificates",
];

/** They would reach for the network, or wake up in the middle of a test. */
const MASKED = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
];

const HOSTS = `127.0.0.1 localhost
127.0.1.1 devbox
::1 localhost ip6-localhost ip6-loopback
`;

/** Holds the bare system; makes it where it is not there yet, which takes half a minute. */
export async function holdBaseTree(): Promise<HeldTree> {
  const source = await debianSource();
  const recipe = [RELEASE, PACKAGES.join(), MASKED.join(), HOSTS, configure.toString()];
  const inputs = [...recipe, source.sourcesList, source.aptConfig, source.authorities];
  return holdTree("base", inputs, async (dir) => {
    await debootstrap(dir, source);
    await configure(dir, source);
  });
}

async function debootstrap(dir: string, source: DebianSource): Promise<void> {
  const { code, stdout, stderr } = await runCommand("debootstrap", [
    "--variant=minbase",
    `--include=${PACKAGES.join()}`,
    RELEASE,
    dir,
    source.mirror,
  ], { deadlineMs: 900_000 });
  if (code === 0) return;
  throw new Error(`Cannot make a bare system: ${stdout.slice(-2_000)}\n${stderr.trim()}`);
}

async function configure(dir: string, source: DebianSource): Promise<void> {
  await Deno.writeTextFile(`${dir}/etc/hostname`, "devbox\n");
  await Deno.writeTextFile(`${dir}/etc/hosts`, HOSTS);
  await Deno.writeTextFile(`${dir}/etc/apt/sources.list`, source.sourcesList);
  await Deno.writeTextFile(`${dir}/etc/apt/apt.conf.d/80mirror`, source.aptConfig);
  await Deno.writeTextFile(`${dir}/etc/ssl/certs/ca-certificates.crt`, source.authorities);
  await copyAuthorities(`${dir}/usr/local/share/ca-certificates`);
  for (const unit of MASKED) {
    await Deno.symlink("/dev/null", `${dir}/etc/systemd/system/${unit}`);
  }
  // Each box gets its own.
  await Deno.remove(`${dir}/etc/machine-id`);
  for await (const deb of Deno.readDir(`${dir}/var/cache/apt/archives`)) {
    if (deb.isFile) await Deno.remove(`${dir}/var/cache/apt/archives/${deb.name}`);
  }
}

/** Authorities that this machine's owner added, for the next `update-ca-certificates` of the box. */
async function copyAuthorities(to: string): Promise<void> {
  const from = "/usr/local/share/ca-certificates";
  await Deno.mkdir(to, { recursive: true });
  try {
    for await (const entry of Deno.readDir(from)) {
      if (entry.isFile) await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
