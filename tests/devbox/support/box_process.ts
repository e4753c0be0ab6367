/**
 * The processes of a booted box, and their end.
 *
 * `setpriv` has the kernel kill `unshare` when the test dies; `unshare --kill-child` has it kill the
 * first process of a process namespace then, and with it everything in the box. The overlay is
 * mounted in a mount namespace and the network lives in a network namespace of the same processes, so
 * the kernel takes both away when they end, however they end. What stays is empty control groups and
 * files (see `box_home.ts`).
 *
 * @module
 */
import { readLines } from "../../../core/lines.ts";
import { eventually } from "../../support/eventually.ts";

/** Where boxes put their control groups, in each hierarchy the machine has. */
export const CGROUP_ROOT = "/sys/fs/cgroup";

/**
 * As the first process of the outer namespace. Waits for a line on its input, so that the network
 * can be laid first. systemd-nspawn mounts the controllers of control groups v1 read-only, and
 * limits such as MemoryMax= would be mere words in the box: they are made writable before systemd
 * looks at them, which is why this is not `--boot`.
 */
const LAUNCH = `set -e
read -r _
name=$1 home=$2 lower=$3
shift 3
groups=${CGROUP_ROOT}
test -e "$groups/cgroup.procs" || groups="$groups/systemd $groups/unified $groups/cpu $groups/memory $groups/pids"
for group in $groups; do
  test -w "$group/cgroup.procs" || continue
  mkdir -p "$group/$name"
  echo 0 >"$group/$name/cgroup.procs"
done
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$home/upper,workdir=$home/work" "$home/root"
mkdir -p /run/systemd
mount -t tmpfs tmpfs /run/systemd
if test -n "$BOX_ADDRESS"; then
  ip link set lo up
  ip address add "$BOX_ADDRESS" dev box0
  ip link set box0 up
fi
exec systemd-nspawn --directory="$home/root" --machine="$name" --hostname=devbox \\
  --register=no --keep-unit --quiet --console=pipe --kill-signal=SIGRTMIN+3 "$@" \\
  /bin/sh -c 'for name in cpu memory pids; do
    test ! -e "/sys/fs/cgroup/$name" || mount -o remount,rw,bind "/sys/fs/cgroup/$name"
  done
  exec /lib/systemd/systemd' </dev/null
`;

/** How a box's processes are started. */
export interface BoxProcessOptions {
  /** The machine's name. */
  readonly name: string;
  /** The directory with `upper`, `work` and `root`. */
  readonly home: string;
  /** The trees below the box's own files, the topmost first. */
  readonly lower: readonly string[];
  /** More arguments of systemd-nspawn. */
  readonly args: readonly string[];
  /** Address and prefix length of the box, where it has a network of its own. */
  readonly address: string | undefined;
  /** Lays the network: gets the process id whose network namespace it is. */
  readonly layNetwork: (pid: number) => Promise<void>;
}

/** A box that is powered on. */
export interface BoxProcess {
  /** The host's id of the box's first process. */
  readonly leader: number;
  /** Resolves with systemd-nspawn's exit code when the box is off: 0, or 133 when it wants to reboot. */
  readonly ended: Promise<number>;
  /** Takes its power. */
  kill(): void;
  /** What the console and systemd-nspawn said last. */
  console(): string;
}

/** Powers a box on; resolves when its first process is there, long before it has booted. */
export async function startBoxProcess(options: BoxProcessOptions): Promise<BoxProcess> {
  const { name, home, lower, args, address, layNetwork } = options;
  const network = address === undefined ? [] : ["--net"];
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
  const process = new Deno.Command("setpriv", {
    args: [
      ...["--pdeathsig", "KILL", "--", "unshare", ...namespaces, ...network],
      ...["--propagation", "private", "--", "/bin/sh", "-c", LAUNCH, "launch"],
      ...[name, home, lower.join(":"), ...args],
    ],
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", BOX_ADDRESS: address ?? "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C is for the test, which then ends its boxes.
    detached: true,
  }).spawn();
  const said: string[] = [];
  const listen = (line: string) => void (said.length < 200 || said.shift(), said.push(line));
  const output = Promise.all([
    readLines(process.stdout, listen),
    readLines(process.stderr, listen),
  ]);
  let hasEnded = false;
  const ended = Promise.all([process.status, output]).then(([{ code }]) => {
    hasEnded = true;
    return code;
  });
  const console = () => said.join("\n");

  /** Waits for a process to appear; a box that has ended instead says why. */
  async function appear(what: string, look: () => number | undefined): Promise<number> {
    const pid = await eventually(what, () => hasEnded ? 0 : look());
    if (pid === 0) throw new Error(`Cannot start a box: ${console()}`);
    return pid;
  }
  const kill = () => {
    if (!hasEnded) process.kill("SIGKILL");
  };
  try {
    const launcher = await appear("unshare starting", () => childrenOf(process.pid)[0]);
    await layNetwork(launcher);
    const input = process.stdin.getWriter();
    await input.write(new TextEncoder().encode("go\n"));
    await input.close();
    const leader = await appear(
      "systemd starting in the box",
      () => childrenOf(launcher).find(isFirstOfBox),
    );
    return { leader, ended, kill, console };
  } catch (error) {
    kill();
    await ended;
    throw error;
  }
}

/** The children of a process, by their ids as the host sees them; none of one that has ended. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return text.split(" ").filter((word) => word !== "").map(Number);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function nameOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0")[0] ?? "";
}

/** Whether it is systemd, as the first process of a namespace inside the launcher's. */
function isFirstOfBox(pid: number): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const ids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  return ids.length >= 3 && ids.at(-1) === "1" && nameOf(pid).endsWith("/systemd");
}
