/**
 * A machine that can be looked at and changed: the real one (`real/`) or one in memory.
 *
 * @module
 */
import type { Action } from "./action.ts";
import type { HostView } from "./host_view.ts";
import type { Outcome } from "./item.ts";

/** A machine. */
export interface Machine {
  /** The machine as it is now: an action that was carried out shows at once. */
  readonly host: HostView;
  /**
   * Carries out one action.
   *
   * @returns What came of it; an expected failure is an outcome, whose sentence says what was tried
   * and what went wrong.
   */
  perform(action: Action): Promise<Outcome>;
}
