/**
 * The permission sets of `deno.json` as a table, each kind with its reason.
 *
 * `deno.json` can hold no comment, so the reasons are here; a kind without one, and a reason without
 * its kind, fail.
 *
 * @module
 */

/** Sets by program, as `deno.json` has them. */
export type PermissionSets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Why each program has each kind. */
export type PermissionReasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ITS_OWN = "its own variables; all others look unset";

/** Why the programs have what they have. */
export const PERMISSION_REASONS: PermissionReasons = {
  hearth: {
    read: "`--data` names any directory; `doctor` looks at the whole machine",
    write: "`--data` names any directory, but none of the system's; `doctor` and `status` give " +
      "it up before they look",
    net: "this machine alone: the parts' ports. Another server has to be allowed by `--allow-net`",
    env: "where the home, programs and the snapshot are",
    sys: "whether it is root, which may install packages",
    run: "`setpriv` starts the parts and has the kernel end them with it; `apt-get` installs " +
      "what is missing",
  },
  roster: {
    read: "its arguments name the files",
    write:
      "its arguments name the files; `--apply` alone, without it the permission is given up before anything is read",
    env: "the log's",
  },
  provision: {
    read: "facts are anywhere on the machine",
    write:
      "files are put below `/etc`, `/home`, `/opt`, `/usr/local`, `/var` and where the settings " +
      "say, but never among Debian's own; `plan`, `status` and `adopt` give it up first",
    env: "Vault's, its own, and what a download needs: registry, proxy, authorities",
    sys: "whether it is root",
    run:
      "`timeout` and `setpriv` start every other program: nothing runs without a deadline, and " +
      "what is a user's runs as the user",
  },
  bridge: {
    read: "the token",
    net: "its port, Chromium's on loopback, and health",
    env: ITS_OWN,
  },
  browser: {
    read: "the profile, whose lock it judges",
    write: "the profile, and the lock beside it that tells a restore and other containers",
    net: "Chromium's port, VNC on loopback, the live view, and health",
    env: ITS_OWN,
    sys: "the machine's name is in the profile's lock; Chromium as root has no sandbox",
    run: "`setpriv` starts screen, Chromium and live view, and has the kernel end them with it",
  },
  harvester: {
    read: "History and quota of the profile name origins; its own generations",
    write: "the snapshot",
    net: "the bridge, in its pod or by its name in the cluster, and health",
    env: ITS_OWN,
  },
  snapshot_server: {
    read: "the snapshot, the token, and who may have what; **it writes nothing**",
    net: "its port, and health; the health ports of browser and harvester, for the status page",
    env: ITS_OWN,
  },
  dispatch: {
    read: "whose instance is where; the mint's socket; the token of the ingress",
    write: "the mint's socket: to connect is to write",
    net: "instances are on any port of loopback; its own two ports on every address",
    env: ITS_OWN,
    run: "`sudo`, for a mint without a socket; the unit (`NoNewPrivileges=`) makes it powerless",
  },
  mint: {
    read: "who is led to whom, and the numbers of the accounts",
    env: "the log's",
    run: "`setpriv` becomes the user and runs that user's t3",
  },
  profile_backup: {
    read: "the volume, the archives, scratch, and the age identity",
    write: "archives; the volume when restoring; scratch when verifying",
    net: "the DevTools port of the Chromium that a copy is opened with",
    env: ITS_OWN,
    sys: "whether the volume is its own account's, before a restore",
    run: "`setpriv` starts that Chromium; `age` encrypts",
  },
  autoupdate: {
    read:
      "accounts, who has which instance, its settings, the brake, the token of the ingress, and its own trees",
    write: "the brake, versions and pointers, backups, its journal, and metrics. **No home**",
    net: "instances and the front door, on loopback; npm reaches the registry, as another account",
    env: ITS_OWN,
    sys: "which account it is",
    run: "`setpriv` becomes a user for what is that user's; the others work on root's own trees",
  },
  refresh: {
    env: "its own; server, token and copy differ by user, so the wrapper on a dev box and the " +
      "local pipeline add exactly those: `--allow-net`, `--allow-read`, `--allow-write`",
  },
};

/**
 * A Markdown table for each program.
 *
 * @throws {Error} When a kind has no reason, or a reason no kind.
 */
export function permissionTables(sets: PermissionSets, reasons: PermissionReasons): string {
  const faults = [
    ...pairs(sets).filter(([name, kind]) => reasons[name]?.[kind] === undefined)
      .map(([name, kind]) => `"${kind}" of "${name}" has no reason`),
    ...pairs(reasons).filter(([name, kind]) => sets[name]?.[kind] === undefined)
      .map(([name, kind]) => `"${name}" has no "${kind}" to give a reason for`),
  ];
  if (faults.length > 0) throw new Error(`Cannot describe permissions: ${faults.join("; ")}`);
  return Object.entries(sets).map(([name, set]) => {
    const rows = Object.entries(set).map(([kind, value]) =>
      `| ${kind} | ${allowed(value)} | ${reasons[name]?.[kind] ?? ""} |`
    );
    return `## \`${name}\`\n\n| kind | allowed | why |\n| --- | --- | --- |\n${rows.join("\n")}`;
  }).join("\n\n");
}

function pairs(record: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  return Object.entries(record).flatMap(([name, kinds]) =>
    Object.keys(kinds).map((kind) => [name, kind] as const)
  );
}

/** What a kind allows: a list, or an object whose `allow` is one, with what is taken from it. */
function allowed(value: unknown): string {
  if (typeof value === "object" && value !== null && "deny" in value) {
    const { deny, ...rest } = value;
    return `${allowed(rest)}, but not ${allowed(deny)}`;
  }
  const list = typeof value === "object" && value !== null && "allow" in value
    ? value.allow
    : value;
  if (!Array.isArray(list)) {
    throw new Error(`Cannot describe ${JSON.stringify(value)}: must be a list of what is allowed`);
  }
  return list.map((item) => `\`${item}\``).join(", ");
}
