/**
 * Faults of an access file that no single value shows: two subjects with one token, a site that
 * can never apply.
 *
 * Works on data of any shape, so that these are reported together with every other fault.
 *
 * @module
 */
import { shownValue } from "../../core/text_fault.ts";
import { isAtOrBelow } from "./host.ts";
import { parseSiteEntry } from "./site_entry.ts";

/** A fault and where it is. */
export interface Conflict {
  /** The path in the data. */
  readonly path: readonly string[];
  /** What is wrong. */
  readonly message: string;
}

/**
 * Finds them.
 *
 * @param data What the file holds, of any shape.
 */
export function crossFaults(data: unknown): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  const owners = new Map<string, string>();
  for (const [name, subject] of Object.entries(record(record(data).subjects))) {
    const { tokens, sites, deny } = record(subject);
    for (const [at, digest] of texts(tokens)) {
      const owner = owners.get(digest);
      if (owner !== undefined) {
        const message = `is a token of ${
          shownValue(owner)
        } already: each must be one subject's, once`;
        conflicts.push({ path: ["subjects", name, "tokens", at], message });
      }
      owners.set(digest, name);
    }
    const denied = texts(deny).map(([, text]) => hostOf(text, true));
    const seen = new Set<string>();
    for (const [at, text] of texts(sites)) {
      const host = hostOf(text, false);
      if (host === undefined) continue;
      const path = ["subjects", name, "sites", at];
      const covering = denied.find((deny) => deny !== undefined && isAtOrBelow(host, deny));
      if (covering !== undefined) {
        const message = `is ${shownValue(text)}, which can never apply: deny names "${covering}"`;
        conflicts.push({ path, message });
      }
      if (seen.has(host)) {
        conflicts.push({ path, message: `is ${shownValue(text)}, which stands there twice` });
      }
      seen.add(host);
    }
  }
  return conflicts;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function texts(value: unknown): readonly (readonly [at: string, text: string])[] {
  if (!Array.isArray(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
}

function hostOf(text: string, isDenied: boolean): string | undefined {
  const entry = parseSiteEntry(text, isDenied);
  return "host" in entry ? entry.host : undefined;
}
