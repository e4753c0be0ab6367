/**
 * Where builds come from, as an interface: something that can be asked what a channel offers, and
 * that can put an exact version into a directory. What happens to a build then is the same for all
 * (`autoupdate/versions.ts`).
 *
 * @module
 */
import type { Track } from "./version.ts";

/** What a source says of one version. */
export interface Release {
  /** The exact version a channel or a pin stands for. */
  readonly version: string;
  /** When it was published, in milliseconds since the epoch; nothing where it does not say. */
  readonly publishedMs: number | undefined;
  /** Its digest, as in `sha512-…`; kept with the journal. */
  readonly integrity: string | undefined;
  /** What vouches for where it was built, such as `https://slsa.dev/provenance/v1`. */
  readonly provenance: string | undefined;
  /** The Node versions it runs on; nothing where any will do. */
  readonly engines: string | undefined;
}

/** What is asked for: what a channel offers, or exactly one version. */
export interface Wanted {
  /** The channel. */
  readonly track: Track;
  /** The version, which counts more. */
  readonly pin: string | undefined;
}

/** A source's answer, or why there is none. */
export type ReleaseAnswer =
  | { readonly is: "ok"; readonly release: Release }
  | { readonly is: "unclear"; readonly why: string };

/** Directories for a build that is being fetched; the account builds run as owns them. */
export interface FetchPlace {
  /** For whatever the source needs on the way. */
  readonly home: string;
  /** Where `bin/t3` has to be afterwards. */
  readonly prefix: string;
}

/** A build that was fetched, with the digest it was checked against; or whose fault it is. */
export type Fetched =
  | { readonly is: "ok"; readonly integrity: string | undefined }
  | { readonly is: "bad" | "unclear"; readonly why: string };

/** A source of builds. */
export interface Source {
  /** Asks, once per run: from then on an exact version is meant. */
  ask(wanted: Wanted): Promise<ReleaseAnswer>;
  /** Fetches a version; with the digest that was announced, nothing else may arrive. */
  fetch(version: string, integrity: string | undefined, place: FetchPlace): Promise<Fetched>;
}
