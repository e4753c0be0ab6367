/**
 * A machine with the users of {@linkcode ROSTER}, made by the provisioner.
 *
 * @module
 */
import type { Layer } from "./box.ts";
import { holdClaude, startClaudeInstaller } from "./claude.ts";
import { devBoxOptions, provision, ROSTER, SETTINGS } from "./dev_box.ts";
import { holdLayer, stackLayer } from "./layer.ts";
import { holdMachineLayer } from "./machine_layer.ts";
import { sourceDigest } from "./source_digest.ts";

/** Holds the layer; its units start when a box boots over it. */
export async function holdUsersLayer(): Promise<Layer> {
  await using installer = startClaudeInstaller();
  using claude = await holdClaude();
  return await stackLayer(holdMachineLayer(), async (on) =>
    holdLayer({
      name: "users",
      on,
      inputs: [await sourceDigest(), ROSTER, SETTINGS],
      boot: devBoxOptions(claude, { host: { installer: installer.port } }),
      async install(box) {
        await box.write("/etc/hearth/roster.yaml", ROSTER);
        await box.write("/etc/hearth/provision.yaml", SETTINGS);
        const run = await provision(box, ["apply"]);
        if (run.code !== 0) throw new Error(`Cannot make users: ${run.text}`);
      },
    }));
}
