/**
 * Who may read what nobody else should.
 *
 * @module
 */
import type { SecretFact } from "../facts.ts";
import { look } from "./read_text.ts";

/** A path, and how it should be. */
export interface WantedSecret {
  /** The file or directory. */
  readonly path: string;
  /** Who must own it. */
  readonly owner: SecretFact["owner"];
  /** The permission bits it may have at most. */
  readonly wanted: number;
  /** What makes it anew where it is gone. */
  readonly remake?: string | undefined;
}

/** Looks at those that are there. Links are not followed: they are a user's own business. */
export async function gatherSecrets(
  wanted: readonly WantedSecret[],
): Promise<readonly SecretFact[]> {
  const found = await Promise.all(wanted.map(async (each): Promise<readonly SecretFact[]> => {
    const info = await look(each.path);
    if (info === undefined || info.isSymlink) return [];
    return [{
      ...each,
      remake: each.remake,
      mode: (info.mode ?? 0) & 0o7777,
      uid: info.uid ?? -1,
      isEmpty: info.isFile && info.size === 0,
    }];
  }));
  return found.flat();
}
