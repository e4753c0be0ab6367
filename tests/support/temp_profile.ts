/**
 * A place for a profile and the lock beside it, removed with both.
 *
 * @module
 */
import { eventually } from "./eventually.ts";

/** An empty profile. */
export interface TempProfile extends AsyncDisposable {
  /** Its directory. */
  readonly path: string;
}

/** Makes one. */
export function tempProfile(): TempProfile {
  const parent = Deno.makeTempDirSync({ prefix: "hearth-profile-" });
  const path = `${parent}/chromium-data`;
  Deno.mkdirSync(path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      // A Chromium that was killed may still be writing.
      await eventually("Removing the profile", async () => {
        await Deno.remove(parent, { recursive: true });
        return true;
      });
    },
  };
}
