/**
 * What carries out the actions that take the network or somebody else's program.
 *
 * They live with what they know about (`agents/`, `host/`); the root program plugs them in.
 *
 * @module
 */
import type { Action } from "../action.ts";
import type { HostView } from "../host_view.ts";
import type { Outcome } from "../item.ts";
import type { RunTool } from "./run_tool.ts";

/** The action of a kind. */
export type ActionOf<K extends Action["kind"]> = Extract<Action, { readonly kind: K }>;

/** What a performer works with. */
export interface PerformContext {
  /** The machine as it is now. */
  readonly host: HostView;
  /** Runs a program as root or as a user. */
  readonly runTool: RunTool;
}

/**
 * Carries out one kind of action.
 *
 * It may be killed at any instant and is begun again by the next run; an expected failure is an
 * outcome, and leaves what was there.
 */
export type Perform<K extends Action["kind"]> = (
  action: ActionOf<K>,
  context: PerformContext,
) => Promise<Outcome>;

/** The kinds that are plugged in. */
export type PluggedKind =
  | "wire_agent"
  | "install_claude"
  | "retire_legacy"
  | "install_packages"
  | "install_tree"
  | "install_accounts"
  | "install_sudoers";

/** One performer for each plugged kind. */
export type Performers = { readonly [K in PluggedKind]: Perform<K> };
