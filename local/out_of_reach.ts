/**
 * Files that are not there, or not this person's to see.
 *
 * @module
 */

/** Whether a file could not be seen because it is missing or somebody else's; else it is a failure. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory;
}
