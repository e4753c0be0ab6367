/**
 * A machine that `provision host` made ready for users, and that has none.
 *
 * @module
 */
import type { Layer } from "./box.ts";
import { holdClaude } from "./claude.ts";
import { devBoxOptions, provisionBare, SETTINGS } from "./dev_box.ts";
import { holdLayer, stackLayer } from "./layer.ts";
import { holdPackagesLayer } from "./packages_layer.ts";
import { sourceDigest } from "./source_digest.ts";

/** Holds the layer, over the packages. */
export function holdMachineLayer(): Promise<Layer> {
  return stackLayer(holdPackagesLayer(), async (on) => {
    using claude = await holdClaude();
    return await holdLayer({
      name: "machine",
      on,
      inputs: [await sourceDigest(), SETTINGS],
      boot: devBoxOptions(claude, { hasWorld: true }),
      install: async (box) => void await provisionBare(box, "users: {}\n"),
    });
  });
}
