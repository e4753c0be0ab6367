/**
 * A dev box: a booted Debian with a systemd of its own, in about half a second.
 *
 * ```ts
 * await using box = await bootBox();
 * await box.sh("useradd -m ada");
 * const { code, stdout } = await box.run(["id", "-un"], { user: "ada" });
 * await box.reboot();
 * ```
 *
 * Its files are an overlay over the bare system, or over a {@linkcode Layer} that was made of another
 * box; nothing it does reaches the trees below. `network: "host"` shares the machine's network, so that
 * what listens on 127.0.0.1 there is reachable and every port must be free on the whole machine;
 * `"private"` gives it a network of its own, where any port may be used and nothing of the machine is
 * reachable but the ports named in `forward`, which are at 127.0.0.1 in the box as they are outside.
 * Whoever uses fixed ports (3773, 8931, 3780) wants `"private"`: other boxes may run at the same time.
 * The checkout, Deno and Deno's cache are below {@linkcode MOUNTED}, read-only.
 *
 * When the test ends, however it ends, so do its boxes (see `box_process.ts`).
 *
 * @module
 */
import { withDeadline } from "../../../core/deadline.ts";
import { runCommand } from "../../../core/process.ts";
import { eventually } from "../../support/eventually.ts";
import { ROOT } from "../../support/program.ts";
import { holdBaseTree } from "./base_tree.ts";
import {
  type BoxCommandOptions,
  type BoxCommandResult,
  type RunningBoxCommand,
  startBoxCommand,
} from "./box_command.ts";
import { makeBoxHome } from "./box_home.ts";
import { type BoxProcess, startBoxProcess } from "./box_process.ts";
import { denoDir } from "./deno_dir.ts";
import { startProxy } from "./proxy.ts";
import {
  boxAddress,
  type ForwardedPort,
  forwardPort,
  takeCable,
  writePortUnits,
} from "./network.ts";

/** Files of a box, to boot other boxes over; hold it as long as they run. */
export interface Layer extends AsyncDisposable {
  /** Its trees, the topmost first, without the bare system. */
  readonly trees: readonly string[];
}

/** A directory or file of the machine that the box sees. */
export interface Bind {
  /** Its path on the machine. */
  readonly from: string;
  /** Its path in the box. */
  readonly to: string;
  /** Whether the box may write to it. @default {false} */
  readonly isWritable?: boolean;
}

/** What box to boot. */
export interface BoxOptions {
  /** What it is booted over. @default The bare system. */
  readonly on?: Layer;
  /** More of the machine's files. */
  readonly binds?: readonly Bind[];
  /** Which network it is in. @default {"host"} */
  readonly network?: "host" | "private";
  /** Ports of the machine's 127.0.0.1 that are at 127.0.0.1 in a private network too. */
  readonly forward?: readonly (number | ForwardedPort)[];
  /** Whether programs in a private network find the world, by a proxy. @default {false} */
  readonly hasWorld?: boolean;
  /** Files it has from its first boot on, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A box. */
export interface Box extends AsyncDisposable {
  /** The machine's name, for messages. */
  readonly name: string;
  /** The address at which the box reaches the machine it runs on. */
  readonly host: string;
  /** The address at which the machine reaches the box. */
  readonly address: string;
  /** Runs a command to its end; a non-zero exit code is a result. */
  run(command: readonly string[], options?: BoxCommandOptions): Promise<BoxCommandResult>;
  /** Runs a shell script that must succeed; gives what it printed. */
  sh(script: string, options?: BoxCommandOptions): Promise<string>;
  /** Starts a command that is to be waited for, or killed. */
  start(command: readonly string[], options?: BoxCommandOptions): RunningBoxCommand;
  /** Writes a file whole, as root, its directories too. */
  write(
    path: string,
    text: string | Uint8Array<ArrayBuffer>,
    options?: WriteOptions,
  ): Promise<void>;
  /** Copies a file or directory of the machine, with modes and links, owned by root. */
  copyIn(from: string, to: string): Promise<void>;
  /** Reads a file as text, as root. */
  read(path: string): Promise<string>;
  /** A unit's properties, as `systemctl show` says them. */
  unit(name: string): Promise<Readonly<Record<string, string>>>;
  /** The messages since boot of a unit, or of all whose names match a pattern. */
  journal(unit: string): Promise<string>;
  /** Reboots it in order; resolves when it has booted. */
  reboot(): Promise<void>;
  /** Turns it off in order. */
  powerOff(): Promise<void>;
  /** Takes its power: nothing in it gets to do anything. */
  cutPower(): Promise<void>;
  /** Turns it on again; resolves when it has booted. */
  powerOn(): Promise<void>;
  /** Turns it off in order and makes a layer of its files; the box is gone then. */
  saveLayer(): Promise<Layer>;
}

/** How to write a file. */
export interface WriteOptions {
  /** Its mode. @default {0o644} */
  readonly mode?: number;
  /** Its owner, as `chown` wants it. @default {"root:root"} */
  readonly owner?: string;
}

/** Where every box sees the checkout (`source`), Deno (`bin/deno`) and its cache (`deno_dir`). */
export const MOUNTED = "/mnt/hearth";

/** Whoever has ended may have said what the journal has not read yet. */
export const SYNC_JOURNAL: readonly string[] = ["journalctl", "--sync"];

/** systemd-nspawn's exit code when the box wants to be started again. */
const REBOOT_CODE = 133;
const BOOT_MS = 120_000;
const SHUTDOWN_MS = 120_000;

/** Boots a box; resolves when its systemd says that it has started, failed units or not. */
export async function bootBox(options: BoxOptions = {}): Promise<Box> {
  const { on, binds = [], network = "host", hasWorld = false, files = {} } = options;
  await using held = new AsyncDisposableStack();
  const base = held.use(await holdBaseTree());
  const home = held.use(await makeBoxHome());
  const cable = network === "private" ? takeCable() : undefined;
  const proxy = cable !== undefined && hasWorld ? held.use(await startProxy()) : undefined;
  const forward = [...options.forward ?? [], ...proxy === undefined ? [] : [proxy.port]]
    .map((each) => typeof each === "number" ? { port: each } : each);
  const trees = on?.trees ?? [];
  await Deno.mkdir(`${home.path}/upper/etc`);
  await Deno.writeTextFile(
    `${home.path}/upper/etc/machine-id`,
    `${crypto.randomUUID().replaceAll("-", "")}\n`,
  );
  if (cable !== undefined) await writePortUnits(`${home.path}/upper`, cable, forward);
  for (const [path, text] of Object.entries(files)) {
    const file = `${home.path}/upper${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  const args = [...mounted(await denoDir()), ...binds].map(({ from, to, isWritable = false }) =>
    `--bind${isWritable ? "" : "-ro"}=${from}:${to}`
  );
  let running: BoxProcess | undefined;
  held.defer(cutPower);
  const forwards: AsyncDisposable[] = [];

  async function powerOn(): Promise<void> {
    running = await startBoxProcess({
      name: home.name,
      home: home.path,
      lower: [...trees, base.path],
      args: [...args, `--resolv-conf=${cable === undefined ? "auto" : "off"}`],
      address: cable === undefined ? undefined : boxAddress(cable),
      async layNetwork(pid) {
        await cable?.lay(pid);
      },
    });
    if (cable !== undefined) {
      const ports = new Set(forward.map(({ port }) => port));
      for (const port of ports) forwards.push(forwardPort(cable, port));
    }
    const { leader } = running;
    // Until systemd listens, systemctl fails; from then on it waits for the end of booting.
    await eventually("The box booting", async () => {
      const { result } = startBoxCommand(leader, ["systemctl", "is-system-running", "--wait"]);
      return /^(running|degraded)$/m.test((await result).stdout);
    }, BOOT_MS);
  }

  async function off(): Promise<number> {
    if (running === undefined) throw new Error("The box is off");
    const code = await withDeadline(running.ended, SHUTDOWN_MS, "The box shutting down");
    running = undefined;
    for (const each of forwards.splice(0)) await each[Symbol.asyncDispose]();
    return code;
  }

  async function cutPower(): Promise<void> {
    if (running === undefined) return;
    running.kill();
    await off();
  }

  function start(command: readonly string[], options: BoxCommandOptions = {}): RunningBoxCommand {
    if (running === undefined) throw new Error(`Cannot run "${command[0]}": the box is off`);
    const env = { ...proxy?.env, ...options.env };
    return startBoxCommand(running.leader, command, { ...options, env });
  }

  const run: Box["run"] = (command, options) => start(command, options).result;

  async function must(command: readonly string[], options?: BoxCommandOptions): Promise<string> {
    const { code, stdout, stderr } = await run(command, options);
    if (code === 0) return stdout;
    throw new Error(`"${command.join(" ")}" ended with ${code}: ${stdout}\n${stderr}`);
  }

  async function shutDown(how: "reboot" | "poweroff"): Promise<void> {
    // systemctl may be killed by what it asks for.
    await run(["systemctl", how]);
    const code = await off();
    const wanted = how === "reboot" ? REBOOT_CODE : 0;
    if (code !== wanted) throw new Error(`systemd-nspawn ended with ${code} after "${how}"`);
  }

  await powerOn();
  const kept = held.move();
  return {
    name: home.name,
    host: cable?.host ?? "127.0.0.1",
    address: cable?.box ?? "127.0.0.1",
    run,
    start,
    sh: (script, options) => must(["/bin/sh", "-euc", script], options),
    async write(path, text, { mode = 0o644, owner = "root:root" } = {}) {
      const script = 'mkdir -p "$(dirname "$1")"; umask 077; cat >"$1.new"; ' +
        'chown "$2" "$1.new"; chmod "$3" "$1.new"; mv "$1.new" "$1"';
      await must(["/bin/sh", "-euc", script, "write", path, owner, mode.toString(8)], {
        input: text,
      });
    },
    async copyIn(from, to) {
      await must(["mkdir", "-p", "--", to.slice(0, to.lastIndexOf("/") + 1)]);
      if (running === undefined) throw new Error("The box is off");
      const inside = `/proc/${running.leader}/root${to}`;
      const options = ["--recursive", "--preserve=mode,links", "--no-target-directory"];
      const { code, stderr } = await runCommand("cp", [...options, "--", from, inside], {
        deadlineMs: 300_000,
      });
      if (code !== 0) throw new Error(`Cannot copy "${from}" into a box: ${stderr.trim()}`);
    },
    read: (path) => must(["cat", "--", path]),
    async unit(name) {
      const lines = (await must(["systemctl", "show", "--", name])).trimEnd().split("\n");
      return Object.fromEntries(lines.map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }));
    },
    async journal(unit) {
      await must(SYNC_JOURNAL);
      return await must(["journalctl", "--boot", "--no-pager", "--output=cat", "--unit", unit]);
    },
    async reboot() {
      await shutDown("reboot");
      await powerOn();
    },
    powerOff: () => shutDown("poweroff"),
    cutPower,
    powerOn,
    async saveLayer() {
      await shutDown("poweroff");
      return {
        trees: [`${home.path}/upper`, ...trees],
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function mounted(cache: string): readonly Bind[] {
  return [
    { from: ROOT, to: `${MOUNTED}/source` },
    { from: Deno.execPath(), to: `${MOUNTED}/bin/deno` },
    { from: cache, to: `${MOUNTED}/deno_dir` },
  ];
}
