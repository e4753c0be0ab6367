/**
 * Everything the doctor judges by, gathered before anything is judged.
 *
 * @module
 */

/** What is known of a machine. */
export interface MachineFacts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** The number of the user who asks. */
  readonly uid: number;
  /** Whether this is a machine with users of its own; else it is one person's. */
  readonly isDevBox: boolean;
  /** How programs are called here. */
  readonly call: Calls;
  /** What is installed. */
  readonly programs: readonly ProgramFact[];
  /** What Chromium's sandbox needs. */
  readonly sandbox: SandboxFact;
  /** The file systems that are written to. */
  readonly disks: readonly DiskFact[];
  /** Who listens. */
  readonly listeners: readonly ListenerFact[];
  /** Users of a dev box. */
  readonly users: readonly UserFact[];
  /** The dispatcher of a dev box; `undefined` where it has no account. */
  readonly dispatch: { readonly uid: number; readonly port: number } | undefined;
  /** Ports of this machine that should answer HTTP, and did not. */
  readonly silentPorts: readonly number[];
  /** Files and directories that hold a secret, as far as they are there. */
  readonly secrets: readonly SecretFact[];
  /** Units; `undefined` where systemd cannot be asked. */
  readonly units: readonly UnitFact[] | undefined;
  /** Who was asked for the snapshot, and what came back. */
  readonly snapshots: readonly SnapshotFact[];
  /** The asking person's agents. */
  readonly agents: readonly AgentFact[];
  /** The port of the MCP server of the asking person's pipeline; `undefined` where none runs. */
  readonly pipelineMcpPort: number | undefined;
  /** Why t3 is not updated; `undefined` where it is. */
  readonly frozen: string | undefined;
  /** When the provisioner ran last, in milliseconds since the epoch; `undefined` where it never did. */
  readonly provisionedMs: number | undefined;
  /** What the provisioner says of the roster; `undefined` where it was not asked. */
  readonly drift: DriftFact | undefined;
}

/** Command lines of Hearth's programs, to which arguments are added. */
export interface Calls {
  /** The provisioner. */
  readonly provision: string;
  /** The updater. */
  readonly autoupdate: string;
  /** A task of the checkout, from any directory. */
  readonly task: string;
  /** What the provisioner is told besides, so that it reads what was looked at: ` --config DIR`. */
  readonly config: string;
  /** The same for tasks of the pipeline: ` --data DIR`. */
  readonly data: string;
}

/** A program that is needed. */
export interface ProgramFact {
  /** Its name. */
  readonly name: string;
  /** What it printed of its version; `undefined` where there is none. */
  readonly version: string | undefined;
  /** The least version, such as `22.16.0`. */
  readonly least: string;
  /** What brings it. */
  readonly fix: string;
  /** Where it is looked for. */
  readonly path: string;
}

/** What the kernel allows; `undefined` where it has no such setting. */
export interface SandboxFact {
  /** `user.max_user_namespaces`. */
  readonly maxUserNamespaces: number | undefined;
  /** Debian's `kernel.unprivileged_userns_clone`. */
  readonly unprivilegedClone: number | undefined;
  /** Ubuntu's `kernel.apparmor_restrict_unprivileged_userns`. */
  readonly apparmorRestricts: number | undefined;
  /** Whether AppArmor has a profile for Chromium. */
  readonly hasProfile: boolean;
  /** Whether a user who is not root could really make namespaces; `undefined` where nobody tried. */
  readonly canMakeNamespaces: boolean | undefined;
}

/** A file system, as df(1) tells of it. */
export interface DiskFact {
  /** A directory on it. */
  readonly path: string;
  /** How large it is, in bytes. */
  readonly sizeBytes: number;
  /** How much can still be written, in bytes. */
  readonly availableBytes: number;
  /** How many files can still be made; `undefined` where there is no limit. */
  readonly availableFiles: number | undefined;
  /** Whether it cannot be written to. */
  readonly isReadOnly: boolean;
  /** What fills it, can be had again, and goes by a command. */
  readonly caches: readonly CacheFact[];
}

/** What can be thrown away. */
export interface CacheFact {
  /** How large it is, in bytes. */
  readonly sizeBytes: number;
  /** What throws it away. */
  readonly command: string;
}

/** A TCP port that is listened on. */
export interface ListenerFact {
  /** The port. */
  readonly port: number;
  /** The number of the user who does. */
  readonly uid: number;
  /** The process; `undefined` where it may not be seen. */
  readonly pid: number | undefined;
  /** Its name. */
  readonly command: string | undefined;
  /** The unit it belongs to. */
  readonly unit: string | undefined;
}

/** A user of a dev box. */
export interface UserFact {
  /** The account. */
  readonly user: string;
  /** Its number; `undefined` where there is no account. */
  readonly uid: number | undefined;
  /** The port of the MCP server. */
  readonly mcpPort: number | undefined;
  /** The port of t3. */
  readonly t3Port: number | undefined;
}

/** A file or directory that holds a secret. */
export interface SecretFact {
  /** Where it is. */
  readonly path: string;
  /** Its permission bits. */
  readonly mode: number;
  /** The number of its owner. */
  readonly uid: number;
  /** Who must own it. */
  readonly owner: { readonly name: string; readonly uid: number };
  /** The permission bits it may have at most. */
  readonly wanted: number;
  /** What makes it anew where it is gone. */
  readonly remake: string | undefined;
  /** Whether it is empty. */
  readonly isEmpty: boolean;
}

/** A unit, as `systemctl show` tells of it. */
export interface UnitFact {
  /** Its name. */
  readonly name: string;
  /** `active`, `inactive`, `failed`, … */
  readonly active: string;
  /** `running`, `auto-restart`, `waiting`, … */
  readonly sub: string;
  /** How often it was started again by itself. */
  readonly restarts: number;
  /** `enabled`, `disabled`, … */
  readonly enabled: string;
  /** Whether its file changed since systemd read it. */
  readonly isOutdated: boolean;
  /** How it ended: `success`, `exit-code`, … */
  readonly result: string;
  /** Whether its conditions were met when it was started last. */
  readonly isConditionMet: boolean;
}

/** What the snapshot's server said to one holder of a token. */
export interface SnapshotFact {
  /** Whose copy it is. */
  readonly user: string;
  /** The server's address. */
  readonly url: string;
  /** Who keeps the copy fresh. */
  readonly follower: string;
  /** The file with the token. */
  readonly tokenPath: string;
  /** Whether the server is a part of the pipeline on this machine. */
  readonly isPipeline: boolean;
  /** What came back. */
  readonly answer: SnapshotAnswer;
}

/** An answer, or why there was none. */
export type SnapshotAnswer =
  | { readonly kind: "failed"; readonly error: string }
  | {
    readonly kind: "answered";
    /** The status; 304 where the copy is what the server has. */
    readonly status: number;
    /** The server's `Date`, in milliseconds since the epoch. */
    readonly dateMs: number | undefined;
    /** This machine's time between question and answer. */
    readonly atMs: number;
    /** How long ago the server's snapshot was written, in milliseconds. */
    readonly ageMs: number | undefined;
    /** Whether there is a copy. */
    readonly hasCopy: boolean;
  };

/** A coding agent's own configuration. */
export interface AgentFact {
  /** The agent. */
  readonly agent: string;
  /** Its file. */
  readonly path: string;
  /** Where it finds the browser: an address, a program of its own, nothing, or no telling. */
  readonly wired: { readonly url: string } | "program" | "nothing" | "unreadable";
}

/** What the provisioner says. */
export interface DriftFact {
  /** What is not as the roster says. */
  readonly items: readonly DriftItem[];
  /** Why it could not be told. */
  readonly error: string | undefined;
}

/** One thing that is not as the roster says. */
export interface DriftItem {
  /** The user, or the machine. */
  readonly scope: string;
  /** What it is of. */
  readonly resource: string;
  /** `pending`, `error`, `warning`. */
  readonly result: string;
  /** In words. */
  readonly summary: string;
  /** What mends it, where apply does not. */
  readonly fix: string | undefined;
}
