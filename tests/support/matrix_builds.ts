/**
 * The builds of the first table of `docs/reference/autoupdate.md`, by the names it gives them.
 *
 * @module
 */
import { type Difference, ERAS, FLAWS } from "../t3_fixture/builds.ts";
import { DIES_SOAKING } from "./soaking_death.ts";

/** What makes each of them. */
export const BUILDS: Readonly<Record<string, Difference>> = {
  ...FLAWS,
  good: {},
  "environment cookie": ERAS.environmentCookie,
  launcher: ERAS.launcher,
  "second generation": ERAS.v2,
  // Shorter and longer than real ones, so that the tests' own deadlines have room on both sides.
  listensLate: { behaviour: { listenMs: 2_500 } },
  migrationIsSlow: {
    behaviour: { migrationMs: 2_000, extraMigrations: [{ id: 41, name: "Reindex", sql: [] }] },
  },
  crashesLater: {
    behaviour: { ...DIES_SOAKING, extraMigrations: [{ id: 42, name: "Usage", sql: [] }] },
  },
};
