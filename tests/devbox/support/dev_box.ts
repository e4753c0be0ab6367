/**
 * A dev box as its users know it: booted over a layer, in a network of its own, with the machine's
 * servers at the same addresses in every run.
 *
 * @module
 */
import { bootBox, type Box, type BoxOptions, type Layer, MOUNTED } from "./box.ts";
import type { BoxCommandOptions } from "./box_command.ts";
import type { HeldTree } from "./cache.ts";
import { claudeBind, holdClaude } from "./claude.ts";

/** Where a box finds the machine's servers, on its own 127.0.0.1. */
export const AT = { snapshot: 8088, installer: 8090, site: 8091, vault: 8200 } as const;

/** The machine's own ports of those servers; one that is left out is not there for the box. */
export type HostPorts = Readonly<Partial<Record<keyof typeof AT, number>>>;

/** How to boot it. */
export interface DevBoxOptions {
  /** The machine's servers. */
  readonly host?: HostPorts;
  /** More of the machine's ports, with the same numbers in the box. */
  readonly forward?: readonly number[];
  /** Whether it finds the world. @default {false} */
  readonly hasWorld?: boolean;
}

/** The timers that a dev box has of us. */
const TIMERS = [
  ...["t3-autoupdate", "t3-autoupdate-drain", "t3-backup-state", "t3-provision-users"],
  "playwright-snapshot-refresh@",
];

/**
 * Timers that never elapse, below the units that a host has of us: at the full hour, or minutes after
 * a box has booted, the box's own pass would be what holds the lock, or does what a test is about.
 */
export const QUIET_TIMERS: Readonly<Record<string, string>> = Object.fromEntries(
  TIMERS.map((timer) => [
    `/usr/local/lib/systemd/system/${timer}.timer.d/quiet.conf`,
    "[Timer]\nOnBootSec=\nOnCalendar=\nOnCalendar=2100-01-01\n",
  ]),
);

/**
 * What {@linkcode bootDevBox} gives {@linkcode bootBox}; for a layer's recipe, too.
 *
 * @param claude The program, held as long as the box runs.
 */
export function devBoxOptions(claude: HeldTree, options: DevBoxOptions = {}): BoxOptions {
  const { host = {}, forward = [], hasWorld = false } = options;
  const names = Object.keys(AT) as (keyof typeof AT)[];
  return {
    network: "private",
    hasWorld,
    forward: [
      ...forward,
      ...names.flatMap((name) => {
        const port = host[name];
        return port === undefined ? [] : [{ port, at: AT[name] }];
      }),
    ],
    binds: [claudeBind(claude)],
    files: QUIET_TIMERS,
  };
}

/** Boots one. */
export async function bootDevBox(on: Layer, options: DevBoxOptions = {}): Promise<Box> {
  await using held = new AsyncDisposableStack();
  const claude = held.use(await holdClaude());
  const box = held.use(await bootBox({ ...devBoxOptions(claude, options), on }));
  const kept = held.move();
  return { ...box, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** One resource of a run, as `--json` says it. */
export interface RunItem {
  /** The user, or the machine. */
  readonly scope: string;
  /** What it is of. */
  readonly resource: string;
  /** What came of it. */
  readonly result: string;
  /** What was done, in words. */
  readonly summary?: string;
  /** Why it failed. */
  readonly error?: string;
  /** What kind of action it was. */
  readonly action?: string;
  /** Why it was wanted. */
  readonly cause?: string;
}

/** A run of the provisioner. */
export interface ProvisionRun {
  /** Its exit code. */
  readonly code: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** What it looked at. */
  readonly items: readonly RunItem[];
  /** Everything it printed. */
  readonly text: string;
}

/** The installed provisioner as a command line. */
export function provisionCommand(...args: readonly string[]): readonly string[] {
  return ["/usr/local/bin/hearth-provision", ...args, "--json"];
}

/** Runs the installed provisioner. */
export function provision(
  box: Box,
  args: readonly string[],
  options: BoxCommandOptions = {},
): Promise<ProvisionRun> {
  return runProvisioner(box, provisionCommand(...args), options);
}

/**
 * Makes a bare box what the files say, by one command of the checkout: the machine and its users.
 *
 * @param box A box that finds the world.
 * @param roster Who may use it.
 */
export async function provisionBare(box: Box, roster: string): Promise<ProvisionRun> {
  await box.write("/etc/hearth/roster.yaml", roster);
  await box.write("/etc/hearth/provision.yaml", SETTINGS);
  const run = await runProvisioner(box, [
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--cached-only", "--frozen"],
    ...["-P=provision", `${MOUNTED}/source/provision.ts`, "host", "--json"],
  ], { env: { DENO_DIR: `${MOUNTED}/deno_dir` }, deadlineMs: 1_200_000 });
  if (run.code !== 0) throw new Error(`Cannot provision a bare box: ${run.text}`);
  return run;
}

async function runProvisioner(
  box: Box,
  command: readonly string[],
  options: BoxCommandOptions,
): Promise<ProvisionRun> {
  const start = performance.now();
  const { code, stdout, stderr } = await box.run(command, { deadlineMs: 600_000, ...options });
  const ms = performance.now() - start;
  return { code, ms, items: readItems(stdout), text: `${stdout}${stderr}` };
}

/** The items among the lines of a report. */
export function readItems(lines: string): readonly RunItem[] {
  return lines.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line)).filter(({ type }) => type === "item");
}

/** What a run changed, as `SCOPE RESOURCE`. */
export function changesOf({ items }: ProvisionRun): readonly string[] {
  return items.filter(({ result }) => result === "changed" || result === "pending")
    .map(({ scope, resource }) => `${scope} ${resource}`);
}

/** What a run could not do or warned of, as `SCOPE RESOURCE: WHY`. */
export function troublesOf({ items }: ProvisionRun): readonly string[] {
  return items.filter(({ result }) => ["failed", "error", "warning"].includes(result))
    .map(({ scope, resource, error, summary }) => `${scope} ${resource}: ${error ?? summary}`);
}

/** The settings of a box, beside which a roster stands. */
export const SETTINGS = `snapshot:
  url: http://127.0.0.1:${AT.snapshot}/api/snapshot
claude_installer: http://127.0.0.1:${AT.installer}/install.sh
host:
  kubelogin: null
  packages: [faketime, prometheus-node-exporter]
`;

/** The users of most tests, each with other sites. */
export const ROSTER = `users:
  ada:
    authentik_user: ada
    k8s_user: ada
    tier: admin
    browser: { sites: [shop.localhost, bank.localhost] }
  grace:
    authentik_user: grace
    k8s_user: grace
    tier: power-user
    browser: { sites: [shop.localhost] }
  edsger: # leaves now and then
    authentik_user: edsger
    k8s_user: edsger
    tier: namespace-owner
    namespaces: [edsger]
    browser: { sites: [bank.localhost] }
`;
