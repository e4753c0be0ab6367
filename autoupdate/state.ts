/**
 * What the updater knows and has begun: the write-ahead journal, one JSON document.
 *
 * A step is written before its effects: whoever reads the journal after a crash knows what may have
 * happened, and every effect can be done again. The document is replaced in one piece
 * (`core/atomic_file.ts`), so it is never half of something.
 *
 * @module
 */
import { z } from "zod";
import { isVersion } from "./version.ts";

const version = z.string().refine(isVersion, "must be a version");
const timeMs = z.number().int().nonnegative();
const userName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be an account's name");
const backupId = z.string().regex(/^[\w.-]{1,200}$/, "must be a backup's name");

/**
 * How far one user is. On the way there:
 * - `waiting`: nothing has been done;
 * - `deferred`: not now, and why;
 * - `securing`: the instance is being stopped and its data copied;
 * - `switching`: the copy is safe; the pointer may lead to the new version, which may have run;
 * - `verified`: the new version works for them.
 *
 * On the way back:
 * - `restoring`: their data is being put back;
 * - `returning`: the old version is being started;
 * - `returned`: the old version works for them;
 * - `stranded`: it does not, and somebody has to look.
 */
const stepSchema = z.discriminatedUnion("at", [
  z.strictObject({ at: z.literal("waiting") }),
  z.strictObject({ at: z.literal("deferred"), why: z.string() }),
  z.strictObject({ at: z.literal("securing") }),
  z.strictObject({ at: z.literal("switching"), backup: backupId }),
  z.strictObject({ at: z.literal("verified"), backup: backupId }),
  z.strictObject({ at: z.literal("restoring"), backup: backupId }),
  z.strictObject({ at: z.literal("returning"), isRetry: z.boolean() }),
  z.strictObject({ at: z.literal("returned") }),
  z.strictObject({ at: z.literal("stranded"), why: z.string() }),
]);

const moveSchema = z.strictObject({
  user: userName,
  /** The version they come from; none on a first install. */
  from: version.optional(),
  step: stepSchema,
});

const failureSchema = z.strictObject({
  stage: z.enum(["stage", "gate", "canary", "soak", "operator", "attempts"]),
  user: userName.optional(),
  why: z.string(),
});

const updateSchema = z.strictObject({
  /** `update`: to a new build; `drain`: deferred users to the last good one; `rollback`: asked for. */
  kind: z.enum(["update", "drain", "rollback"]),
  to: version,
  integrity: z.string().optional(),
  provenance: z.string().optional(),
  startedMs: timeMs,
  phase: z.enum(["staging", "gating", "canary", "soaking", "rolling-back"]),
  /** Processes that have worked on it; counted before they act. */
  attempts: z.number().int().nonnegative(),
  soakUntilMs: timeMs.optional(),
  failure: failureSchema.optional(),
  /** In the order they are moved. */
  users: z.array(moveSchema),
});

const goodSchema = z.strictObject({
  version,
  /** The digest it was checked against, and what vouches for where it was built. */
  integrity: z.string().optional(),
  provenance: z.string().optional(),
  sinceMs: timeMs,
});

const stateSchema = z.strictObject({
  format: z.literal(1),
  lastGood: goodSchema.optional(),
  /** Versions that were last good before, newest last: where a rollback may lead. */
  earlier: z.array(goodSchema),
  update: updateSchema.optional(),
  /** A build that passed the gate and could not be given to anybody yet. */
  pending: version.optional(),
  /** Builds that failed, and are not tried again. */
  skipped: z.record(
    version,
    z.strictObject({ stage: failureSchema.shape.stage, why: z.string(), atMs: timeMs }),
  ),
  /** Users who wait for the last good (or pending) build, and since when. */
  waitingSince: z.record(userName, z.strictObject({ sinceMs: timeMs, why: z.string() })),
  /** Users whose data was being put back by hand, and the version they had: nothing may start. */
  held: z.record(userName, version),
  /** The newest build the channel offered, whether or not it was taken. */
  offered: z.strictObject({ version, publishedMs: timeMs, seenMs: timeMs }).optional(),
  /** When a run last ended, how, and when the last gate passed. */
  lastRun: z.strictObject({ atMs: timeMs, result: z.string(), why: z.string() }).optional(),
  lastGateMs: timeMs.optional(),
  /** Inconclusive runs in a row. */
  inconclusive: z.number().int().nonnegative(),
});

/** How far one user is. */
export type Step = z.infer<typeof stepSchema>;
/** One user's part of an update. */
export type Move = z.infer<typeof moveSchema>;
/** Why an update is being undone, or was refused. */
export type Failure = z.infer<typeof failureSchema>;
/** An update that has begun and not ended. */
export type Update = z.infer<typeof updateSchema>;
/** The whole document. */
export type State = z.infer<typeof stateSchema>;

/** Tells the moves that are at one of these steps. */
export function isAt(...steps: readonly Step["at"][]): (move: Move) => boolean {
  return ({ step }) => steps.includes(step.at);
}

/** What a box knows that has never run the updater. */
export function emptyState(): State {
  return { format: 1, earlier: [], skipped: {}, waitingSince: {}, held: {}, inconclusive: 0 };
}

/** A journal that was read, or why it cannot be. */
export type ParsedState =
  | { readonly isValid: true; readonly state: State }
  | { readonly isValid: false; readonly why: string };

/** Reads a journal. A document that is not whole is refused: starting over would forget a backup. */
export function parseState(text: string): ParsedState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { isValid: false, why: `is no JSON (${(error as Error).message})` };
  }
  const result = stateSchema.safeParse(value);
  if (result.success) return { isValid: true, state: result.data };
  const first = result.error.issues[0];
  return { isValid: false, why: `${first?.path.join(".") || "it"}: ${first?.message}` };
}

/** The document as it is written. */
export function stateText(state: State): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}
