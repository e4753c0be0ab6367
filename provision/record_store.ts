/**
 * The records of what was applied, one JSON file a scope, below `/var/lib/t3-provision/applied`.
 *
 * @module
 */
import { z } from "zod";
import { writeFileAtomic } from "../core/atomic_file.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import type { AppliedRecord } from "./applied.ts";
import type { RecordStore } from "./drive.ts";
import { MACHINE, type Scope } from "./item.ts";

/** The records of one box. */
export interface AppliedRecords extends RecordStore {
  /** Every account there is a record of, sorted: those who are or were in the roster. */
  users(): readonly string[];
}

const RECORD = z.record(z.string(), z.array(z.string().regex(/^\S{1,128}$/)));
const USER_FILE = /^user-([a-z_][a-z0-9_-]*)\.json$/;

/**
 * Opens the records.
 *
 * @param directory Where they are; made by whoever applies.
 * @throws {Fault} On use, when a record is there and cannot be read: taking it for empty would make
 * a user's own file of each of ours.
 */
export function openRecords(directory: string): AppliedRecords {
  const pathOf = (scope: Scope) =>
    `${directory}/${scope === MACHINE ? "machine" : `user-${scope}`}.json`;
  return {
    load(scope) {
      const path = pathOf(scope);
      try {
        return RECORD.parse(JSON.parse(Deno.readTextFileSync(path)));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return {};
        const why = error instanceof z.ZodError ? "it is no record" : errorText(error);
        throw new Fault(`Cannot read what was applied, "${path}": ${why}`, { cause: error });
      }
    },
    async save(scope, record: AppliedRecord) {
      await writeFileAtomic(pathOf(scope), `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 });
    },
    users() {
      try {
        return [...Deno.readDirSync(directory)]
          .flatMap(({ name }) => USER_FILE.exec(name)?.[1] ?? []).sort();
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
  };
}
