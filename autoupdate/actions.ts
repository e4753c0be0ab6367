/**
 * What the updater can do to a box, and what can come of it.
 *
 * @module
 */
import type { Move } from "./state.ts";

/** Something to do. Each can be done again after it was cut short. */
export type Action =
  | { readonly do: "stage"; readonly version: string }
  | { readonly do: "gate"; readonly version: string; readonly users: readonly Move[] }
  | { readonly do: "secure"; readonly move: Move; readonly to: string }
  | { readonly do: "switch"; readonly move: Move; readonly to: string }
  | { readonly do: "soak"; readonly users: readonly Move[]; readonly to: string; untilMs: number }
  | { readonly do: "restore"; readonly move: Move; readonly backup: string; readonly to: string }
  | { readonly do: "return"; readonly move: Move; readonly to: string }
  | { readonly do: "freeze"; readonly reason: string; readonly version: string }
  | { readonly do: "end" };

/** What came of an action. */
export type Outcome =
  | {
    readonly is: "ok";
    readonly integrity?: string;
    readonly backup?: string;
    /** How long its parts took, in milliseconds, by name. */
    readonly tookMs?: Readonly<Record<string, number>>;
  }
  | { readonly is: "busy"; readonly why: string }
  | { readonly is: "bad"; readonly why: string; readonly user?: string }
  | { readonly is: "unclear"; readonly why: string };
