/**
 * The programs of a dev box: what each is called there and what it runs.
 *
 * This table is the only place that knows. `deno task compile` builds a binary of each, and
 * `provision.ts host` installs either that binary or a wrapper (`render_wrapper.ts`) in
 * {@linkcode PROGRAM_DIR}; units and sudoers name them and cannot tell which it is.
 *
 * @module
 */

/** Where the programs are on a host. */
export const PROGRAM_DIR = "/usr/local/bin";

/** The installed sources, their Deno and their packages: a link to a directory per release. */
export const APP_DIR = "/opt/hearth/app/current";

/** One program of a dev box. */
export interface HostProgram {
  /** Its file in {@linkcode PROGRAM_DIR}. */
  readonly name: string;
  /** The root program, without `.ts`; its permission set has the same name. */
  readonly script: string;
  /** Arguments that always come first. */
  readonly args: readonly string[];
  /**
   * What only the host knows and its set in `deno.json` therefore leaves out: `snapshot` is the
   * snapshot server's address, the token and the directory of the copy.
   */
  readonly reach?: "snapshot";
}

/** Every program that is installed on a dev box. */
export const HOST_PROGRAMS: readonly HostProgram[] = [
  { name: "playwright-snapshot-refresh", script: "refresh", args: [], reach: "snapshot" },
  { name: "t3-mint", script: "mint", args: [] },
  { name: "t3-dispatch", script: "dispatch", args: [] },
  { name: "t3-autoupdate", script: "autoupdate", args: ["run"] },
  { name: "t3-backup-state", script: "autoupdate", args: ["backup"] },
  // By the timer: a run by hand is let finish, within the unit's TimeoutStartSec=15min.
  { name: "t3-provision-users", script: "provision", args: ["apply", "--wait", "600"] },
  // For a person, with every subcommand.
  { name: "hearth-autoupdate", script: "autoupdate", args: [] },
  { name: "hearth-provision", script: "provision", args: [] },
  { name: "hearth-roster", script: "roster", args: [] },
];
