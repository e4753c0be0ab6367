/**
 * The wrapper of a host program: a `/bin/sh` script that runs the installed sources under the
 * program's permission set, for hosts that have no compiled binary.
 *
 * It adds no logic, only what a static permission set cannot say: whose home it is.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";
import { APP_DIR, type HostProgram } from "./host_programs.ts";
import { PACKAGES_DIR, PACKAGES_URL } from "./packages_url.ts";
import { shellQuote } from "./shell_quote.ts";
import { snapshotAddress } from "./snapshot_address.ts";

/** What a wrapper depends on. */
export interface WrapperOptions {
  /** The snapshot's URL on this host; needed by the programs that reach it. */
  readonly snapshotUrl?: string;
  /** Where the sources are. @default {APP_DIR} */
  readonly appDir?: string;
}

/**
 * The text of a wrapper; the file's mode is 0755.
 *
 * @param program What it runs.
 * @param options What differs from host to host.
 * @throws {Fault} With code `config` when the program needs the snapshot's URL and there is none.
 */
export function renderWrapper(program: HostProgram, options: WrapperOptions = {}): string {
  const { snapshotUrl, appDir = APP_DIR } = options;
  const { script, args } = program;
  const reach = program.reach === "snapshot"
    ? snapshotReach(program, snapshotUrl)
    : { lines: [], flags: [] };
  return [
    "#!/bin/sh",
    `# ${[`${script}.ts`, ...args].join(" ")}, under the permission set of its name.`,
    "# Written by Hearth: what is changed here is lost at the next installation.",
    "set -eu",
    "# Resolved once: a release that is installed meanwhile must not be mixed in.",
    `app=$(cd -P ${shellQuote(appDir)} && pwd)`,
    'export DENO_DIR="$app/deno_dir" DENO_NO_UPDATE_CHECK=1',
    "# Packages are there: whose registry a user's .npmrc names must not matter.",
    `[ ! -d "$app/deno_dir/npm/${PACKAGES_DIR}" ] || export NPM_CONFIG_REGISTRY=${PACKAGES_URL}`,
    "# A proxy may sign TLS with an authority that only the system knows.",
    'export DENO_TLS_CA_STORE="${DENO_TLS_CA_STORE:-system,mozilla}"',
    ...reach.lines,
    'exec "$app/bin/deno" run -q --no-prompt --cached-only --frozen --node-modules-dir=none \\',
    `  ${[`-P=${script}`, ...reach.flags].join(" ")} \\`,
    `  ${[`"$app/${script}.ts"`, ...args.map(shellQuote), '"$@"'].join(" ")}`,
    "",
  ].join("\n");
}

/** Finds the token and the copy where the program itself looks for them (`refresh_env.ts`). */
function snapshotReach({ name }: HostProgram, url: string | undefined) {
  if (url === undefined) {
    throw new Fault(
      `Cannot write the wrapper "${name}": the snapshot's URL is not configured, and without it ` +
        "the program could not be limited to one server",
      { code: "config" },
    );
  }
  const lines = [
    `[ -n "\${PLAYWRIGHT_SNAPSHOT_URL-}" ] || PLAYWRIGHT_SNAPSHOT_URL=${shellQuote(url)}`,
    "export PLAYWRIGHT_SNAPSHOT_URL",
    "token=${PLAYWRIGHT_SNAPSHOT_TOKEN:-'~/.config/playwright/token'}",
    '[ -z "${CREDENTIALS_DIRECTORY-}" ] || token=$CREDENTIALS_DIRECTORY/token',
    "copy=${PLAYWRIGHT_SNAPSHOT_PATH:-'~/.cache/playwright-shared-storage-state.json'}",
    "case $token in '~/'*) token=${HOME-}/${token#??} ;; esac",
    "case $copy in '~/'*) copy=${HOME-}/${copy#??} ;; esac",
    "copies=${copy%/*}",
    "copies=${copies:-/}",
    "# Deno would read two paths.",
    "case $copies$token in *,*)",
    `  echo "${name}: Cannot limit the program to \\"$copies\\" and \\"$token\\": a comma is in them" >&2`,
    "  exit 2 ;;",
    "esac",
  ];
  const flags = [
    `--allow-net=${shellQuote(snapshotAddress(url))}`,
    '--allow-read="$copies,$token"',
    '--allow-write="$copies"',
  ];
  return { lines, flags };
}
