/**
 * Where a path leads, link by link.
 *
 * @module
 */
import { dirname, resolve } from "node:path/posix";
import type { FileFact, HostView } from "../host_view.ts";

/** As many as Linux follows is more than anyone has; a circle ends here too. */
const MOST_LINKS = 16;

/** What stands where the links of a path lead. */
export interface Followed {
  /** The path without links at its end. */
  readonly path: string;
  /** What is there; never a link. */
  readonly fact: Exclude<FileFact, { kind: "link" }>;
}

/**
 * Follows the links at the end of a path.
 *
 * @param host The machine.
 * @param path An absolute path.
 * @returns `absent` for a link that leads nowhere, or in a circle.
 */
export function followLink(host: HostView, path: string): Followed {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const fact = host.file(at);
    if (fact.kind !== "link") return { path: at, fact };
    at = resolve(dirname(at), fact.target);
  }
  return { path, fact: { kind: "absent" } };
}
