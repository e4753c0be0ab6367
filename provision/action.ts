/**
 * Everything the provisioner can do to a machine, as data.
 *
 * An action says what is to be true afterwards and is carried out by `real/perform.ts`; each may be
 * cut short by a kill at any instant and begun again. None of them removes what belongs to a user.
 *
 * @module
 */
import type { Secret } from "../core/secret.ts";
import type { Agent } from "../roster/roster_schema.ts";

/** One thing to do. */
export type Action = AccountAction | FileAction | UnitAction | InstallAction;

/** What is done to accounts. Nothing is taken from one that exists, but by the cut. */
export type AccountAction =
  /** `useradd --create-home` with a locked password and a home of mode 0700. */
  | { readonly kind: "create_account"; readonly user: string; readonly shell: string }
  /** The home of an account that was made and not finished. */
  | { readonly kind: "create_home"; readonly user: string; readonly home: string }
  /** A group that a machine-wide file needs. */
  | { readonly kind: "create_group"; readonly group: string }
  /** Adds to a group that exists. */
  | { readonly kind: "join_group"; readonly user: string; readonly group: string }
  /** Ends the account, so that neither key nor password open it. Can be undone. */
  | { readonly kind: "expire_account"; readonly user: string }
  /** Undoes {@linkcode expire_account}. */
  | { readonly kind: "revive_account"; readonly user: string };

/** What is done to files. */
export type FileAction =
  | {
    /** Replaces a file in one step; mode and owner are set before the first byte. */
    readonly kind: "write_file";
    readonly path: string;
    readonly content: Uint8Array | Secret;
    readonly mode: number;
    /** Names of owner and group. */
    readonly owner: { readonly user: string; readonly group: string };
    /**
     * The account that writes, for a file below a home: root does not follow paths a user can
     * change. Missing parent directories are made, mode 0700.
     */
    readonly as?: string;
    /** Digest of what is replaced, `undefined` where nothing is there: checked before the rename. */
    readonly before: string | undefined;
  }
  | {
    readonly kind: "make_directory";
    readonly path: string;
    readonly mode: number;
    readonly owner: { readonly user: string; readonly group: string };
    readonly as?: string;
  }
  | { readonly kind: "change_mode"; readonly path: string; readonly mode: number }
  | {
    readonly kind: "change_owner";
    readonly path: string;
    readonly owner: { readonly user: string; readonly group: string };
  }
  /** A symbolic link, flipped in one step where it exists. */
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** What is done to units of the system manager. */
export type UnitAction =
  /** `daemon-reload`. */
  | { readonly kind: "reload_units" }
  /** `enable --now`, with `reset-failed` before it: starts what does not run, restarts nothing. */
  | { readonly kind: "enable_unit"; readonly unit: string; readonly isStarted: boolean }
  /** `disable --now`, and `reset-failed` since a server that was asked to stop may exit 130. */
  | { readonly kind: "disable_unit"; readonly unit: string }
  /** `try-restart`, for a unit that holds no session. */
  | { readonly kind: "restart_unit"; readonly unit: string };

/** What takes the network or somebody else's program. Its failure leaves what was there. */
export type InstallAction =
  /** Wires an agent of a user to the user's MCP server, by the agent's own program. */
  | {
    readonly kind: "wire_agent";
    readonly user: string;
    readonly agent: Agent;
    /** Programs with their arguments, run one after the other as the user in their home. */
    readonly commands: readonly (readonly string[])[];
    /** The address the agent calls afterwards. */
    readonly url: string;
    /** The file that says so afterwards, and a content that does: what else is in it stays there. */
    readonly foreseen: { readonly path: string; readonly content: string };
  }
  /** The agent's own installer, as the user. */
  | { readonly kind: "install_claude"; readonly user: string; readonly url: string }
  /** A user's own units from before, stopped and put aside. */
  | {
    readonly kind: "retire_legacy";
    readonly user: string;
    /** Names of the units. */
    readonly units: readonly string[];
    /** Ports that nobody listens on afterwards. */
    readonly ports: readonly number[];
  }
  | { readonly kind: "install_packages"; readonly packages: readonly string[] }
  /** A tree made below a temporary name, sealed and renamed to `path`. */
  | {
    readonly kind: "install_tree";
    readonly path: string;
    readonly recipe: TreeRecipe;
  }
  /** The system accounts and groups that a file below `/etc/sysusers.d` declares. */
  | {
    readonly kind: "install_accounts";
    readonly path: string;
    readonly users: readonly string[];
    readonly groups: readonly string[];
  }
  /** A file below `/etc/sudoers.d`, put there only after `visudo -c` of its content. */
  | {
    readonly kind: "install_sudoers";
    readonly path: string;
    readonly content: Uint8Array;
    /** Digest of what is replaced, `undefined` where nothing is there: checked before the rename. */
    readonly before: string | undefined;
  };

/** How a versioned tree below `/opt/hearth` is made. */
export type TreeRecipe =
  | { readonly kind: "node"; readonly version: string }
  | { readonly kind: "mcp"; readonly version: string }
  | { readonly kind: "app"; readonly digest: string }
  /** The programs as binaries, in place of what their wrappers run. */
  | { readonly kind: "binaries"; readonly digest: string }
  /** A release of kubelogin: a zip archive and its SHA-256, in hexadecimal. */
  | {
    readonly kind: "kubelogin";
    readonly version: string;
    readonly url: string;
    readonly sha256: string;
  };
