/**
 * Holds a candidate to the schema that every reader holds it to, cookie by cookie and origin by
 * origin: a single bad one would make the whole snapshot unusable.
 *
 * @module
 */
import { canonicalBytes } from "../canonical.ts";
import { parseStorageState, type StorageState, StorageStateError } from "../storage_state.ts";

/** Something that was left out, and why. Never its value. */
export interface InvalidPart {
  /** A cookie's domain, path and name, or an origin. */
  readonly what: string;
  /** Which rule it breaks. */
  readonly reason: string;
}

/** A candidate that can be published. */
export interface ValidCandidate {
  /** What is left of it. */
  readonly state: StorageState;
  /** Exactly what would be written; they were parsed as a reader parses them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What had to be left out. */
  readonly invalid: readonly InvalidPart[];
}

/**
 * Checks the bytes of a candidate, and finds what is wrong where something is.
 *
 * @param candidate The state to publish.
 */
export function validateCandidate(candidate: StorageState): ValidCandidate {
  const bytes = canonicalBytes(candidate);
  if (faultOf(bytes) === undefined) return { state: candidate, bytes, invalid: [] };
  const invalid: InvalidPart[] = [];
  const cookies = candidate.cookies.filter((cookie) => {
    const reason = faultOf(canonicalBytes({ cookies: [cookie], origins: [] }));
    const what = `cookie ${cookie.domain}${cookie.path} ${cookie.name}`;
    if (reason !== undefined) invalid.push({ what, reason });
    return reason === undefined;
  });
  const origins = candidate.origins.filter((origin) => {
    const reason = faultOf(canonicalBytes({ cookies: [], origins: [origin] }));
    if (reason !== undefined) invalid.push({ what: `origin ${origin.origin}`, reason });
    return reason === undefined;
  });
  const state = { cookies, origins };
  return { state, bytes: canonicalBytes(state), invalid };
}

function faultOf(bytes: Uint8Array): string | undefined {
  try {
    parseStorageState(new TextDecoder().decode(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof StorageStateError) return error.message;
    throw error;
  }
}
