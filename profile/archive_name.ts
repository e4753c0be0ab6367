/**
 * What an archive is called: the moment it was made, in UTC, so that names sort by age.
 *
 * `2026_06_04_18_23_05.tar.gz`; `.age` after it where it is encrypted. `2026_06_04_18.tar.gz`, as
 * earlier backups were called, is understood too.
 *
 * @module
 */

/** An archive's name, taken apart. */
export interface ArchiveName {
  /** The file's name. */
  readonly name: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly madeMs: number;
  /** Whether it is encrypted. */
  readonly isEncrypted: boolean;
}

const NAME = /^(\d{4})_(\d{2})_(\d{2})_(\d{2})(?:_(\d{2})_(\d{2}))?\.tar\.gz(\.age)?$/;

/**
 * The name for a moment.
 *
 * @param nowMs Milliseconds since the epoch.
 * @param isEncrypted Whether it is encrypted.
 */
export function archiveName(nowMs: number, isEncrypted: boolean): string {
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-T:]/g, "_");
  return `${stamp}.tar.gz${isEncrypted ? ".age" : ""}`;
}

/** Takes a name apart; `undefined` where it is not an archive's. */
export function parseArchiveName(name: string): ArchiveName | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute = "00", second = "00", age] = match;
  const stamp = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const madeMs = Date.parse(`${stamp}Z`);
  // A 31st of February parses as nothing, or as another day.
  if (Number.isNaN(madeMs) || new Date(madeMs).toISOString().slice(0, 19) !== stamp) {
    return undefined;
  }
  return { name, madeMs, isEncrypted: age !== undefined };
}
