/**
 * A box with the users of {@linkcode ROSTER}: bare at first, and then one command.
 *
 * @module
 */
import type { Layer } from "./box.ts";
import { holdClaude, startClaudeInstaller } from "./claude.ts";
import { devBoxOptions, provisionBare, ROSTER, SETTINGS } from "./dev_box.ts";
import { holdLayer } from "./layer.ts";
import { sourceDigest } from "./source_digest.ts";

/** Where the layer says how the one command went, as JSON of a `ProvisionRun`. */
export const FIRST_RUN = "/root/first_run.json";

/** Holds the layer; its units start when a box boots over it. */
export async function holdUsersLayer(): Promise<Layer> {
  await using installer = startClaudeInstaller();
  using claude = await holdClaude();
  return await holdLayer({
    name: "users",
    inputs: [await sourceDigest(), ROSTER, SETTINGS],
    boot: devBoxOptions(claude, { host: { installer: installer.port }, hasWorld: true }),
    async install(box) {
      const run = await provisionBare(box, ROSTER);
      await box.write(FIRST_RUN, JSON.stringify(run));
    },
  });
}
