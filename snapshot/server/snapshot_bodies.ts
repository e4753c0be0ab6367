/**
 * What each scope is sent of a generation, made once: filtered, serialised, tagged, compressed.
 *
 * A scope is what a grant gives, not who has it: subjects with equal grants share their bytes. Only
 * the current generation's bodies are kept. The tag is made from a scope's own bytes, so that a
 * change outside a scope is no news to it.
 *
 * @module
 */
import { filterState } from "../access/filter_state.ts";
import { type Grant, grantKey, isWhole } from "../access/grant.ts";
import { canonicalBytes } from "../canonical.ts";
import { etagOf } from "../etag.ts";
import { CACHE_CONTROL, VARY } from "./answers.ts";
import { type ContentCoding, encodeBody } from "./content_coding.ts";
import type { Generation } from "./load_generation.ts";

/** The bytes of a body in one coding. */
export interface EncodedBody {
  /** What is sent. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The strong tag of exactly these bytes. */
  readonly etag: string;
}

/** What one scope is sent. */
export interface SnapshotBody {
  /** The tag of the plain bytes. */
  readonly etag: string;
  /** How many plain bytes there are. */
  readonly sizeBytes: number;
  /** The body in a coding; made when it is first asked for. */
  encoded(coding: ContentCoding): EncodedBody;
  /**
   * The answer to a client that has the body already. It is the same object every time, since a
   * response without a body is never used up and making one is a quarter of the work.
   *
   * @param tag The tag the client named.
   */
  notModified(tag: string): Response;
}

/** The bodies of the current generation. */
export interface SnapshotBodies {
  /** The body of a scope. */
  of(generation: Generation, grant: Grant): SnapshotBody;
  /** Drops every body: other rules are in force. */
  clear(): void;
  /** How many scopes have a body now. */
  count(): number;
}

/** Makes an empty cache. */
export function createSnapshotBodies(): SnapshotBodies {
  let current: Generation | undefined;
  let byKey = new Map<string, SnapshotBody>();
  let byGrant = new WeakMap<Grant, SnapshotBody>();

  function clear(): void {
    current = undefined;
    byKey = new Map();
    byGrant = new WeakMap();
  }

  return {
    clear,
    count: () => byKey.size,
    of(generation, grant) {
      if (current !== generation) clear();
      current = generation;
      const known = byGrant.get(grant);
      if (known !== undefined) return known;
      const key = grantKey(grant);
      const body = byKey.get(key) ?? makeBody(generation, grant);
      byKey.set(key, body);
      byGrant.set(grant, body);
      return body;
    },
  };
}

function makeBody(generation: Generation, grant: Grant): SnapshotBody {
  const bytes = isWhole(grant)
    ? generation.bytes
    : canonicalBytes(filterState(generation.state, grant));
  const etag = isWhole(grant) ? generation.etag : etagOf(bytes);
  const encoded = new Map<ContentCoding, EncodedBody>([["identity", { bytes, etag }]]);
  const notModified = new Map<string, Response>();
  return {
    etag,
    sizeBytes: bytes.length,
    notModified(tag) {
      const known = notModified.get(tag);
      if (known !== undefined) return known;
      // Only what RFC 9110, section 15.4.5, asks for: each further field costs a percent or two.
      const made = new Response(null, {
        status: 304,
        headers: [CACHE_CONTROL, VARY, ["etag", tag]],
      });
      notModified.set(tag, made);
      return made;
    },
    encoded(coding) {
      const known = encoded.get(coding);
      if (known !== undefined) return known;
      const made = { bytes: encodeBody(bytes, coding), etag: `${etag.slice(0, -1)}-${coding}"` };
      encoded.set(coding, made);
      return made;
    },
  };
}
