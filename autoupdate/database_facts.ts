/**
 * What a database holds, as far as an updater can know it: its ledger of migrations and how many
 * rows each table has; and what one has lost against another.
 *
 * @module
 */
import { z } from "zod";

/** One database. */
export interface DatabaseFacts {
  /** Its file's name, such as `state.sqlite`. */
  readonly name: string;
  /** Its ledger: number and name. Numbers have been used twice, so both count. */
  readonly ledger: readonly (readonly [id: number, name: string])[];
  /** Rows of each table. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The name of a database's file. */
export const databaseName: z.ZodString = z.string()
  .regex(/^[\w][\w.-]{0,80}\.sqlite$/, "must be the name of a database file");

/** The same as it is written in a manifest. */
export const databaseFactsSchema: z.ZodType<DatabaseFacts> = z.strictObject({
  name: databaseName,
  ledger: z.array(z.tuple([z.number(), z.string()])),
  counts: z.record(z.string(), z.number().int().nonnegative()),
});

/** The table of the ledger. */
export const LEDGER_TABLE = "effect_sql_migrations";

/** Tables whose rows may go: people log in again. A good build has emptied them before. */
const DISPOSABLE = /^auth_|^sqlite_/;

/**
 * What is missing after, a sentence each; nothing where all is there.
 *
 * A database that is new and has a ledger is a successor (as `statev2.sqlite` is): what was in the
 * others must be in it too, or the server reads a copy that has lost something.
 */
export function findLosses(
  before: readonly DatabaseFacts[],
  after: readonly DatabaseFacts[],
): readonly string[] {
  const losses: string[] = [];
  for (const old of before) {
    const same = after.find(({ name }) => name === old.name);
    if (same === undefined) losses.push(`${old.name} is gone`);
    else losses.push(...lossesOf(old, same));
  }
  for (const one of after) {
    if (one.ledger.length === 0 || before.some(({ name }) => name === one.name)) continue;
    for (const old of before) {
      if (old.ledger.length > 0) losses.push(...lossesOf(old, one));
    }
  }
  return losses;
}

function lossesOf(old: DatabaseFacts, now: DatabaseFacts): readonly string[] {
  const losses: string[] = [];
  const pairs = new Set(now.ledger.map(([id, name]) => `${id} ${name}`));
  for (const [id, name] of old.ledger) {
    if (!pairs.has(`${id} ${name}`)) {
      losses.push(`${now.name} has lost the migration ${id} ${name}`);
    }
  }
  for (const [table, rows] of Object.entries(old.counts)) {
    if (rows === 0 || DISPOSABLE.test(table) || table === LEDGER_TABLE) continue;
    const left = now.counts[table];
    if (left === undefined) losses.push(`${now.name} has lost the table ${table} (${rows} rows)`);
    else if (left < rows) losses.push(`${now.name} has ${left} of ${rows} rows of ${table}`);
  }
  return losses;
}

/**
 * Migrations a build has that a database knows by another name, or does not have: the build skipped
 * them, since it looks at the highest number only, and will miss what they would have made.
 *
 * @param own The ledger the build writes in an empty database.
 * @param after The databases after the build has run on them.
 */
export function findSkipped(
  own: readonly DatabaseFacts[],
  after: readonly DatabaseFacts[],
): readonly string[] {
  return own.flatMap(({ name: file, ledger }) => {
    const found = after.find(({ name }) => name === file);
    if (found === undefined) return [`${file} was not made`];
    const names = new Map(found.ledger);
    return ledger.flatMap(([id, name]) => {
      const other = names.get(id);
      if (other === name) return [];
      const what = other === undefined ? "is missing" : `is ${other} here`;
      return [`migration ${id} ${name} ${what}`];
    });
  });
}
