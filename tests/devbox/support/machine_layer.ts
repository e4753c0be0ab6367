/**
 * A machine that is ready for users and has none.
 *
 * @module
 */
import { ROOT } from "../../support/program.ts";
import type { Layer } from "./box.ts";
import { holdBrowserLayer } from "./browser_layer.ts";
import { AT } from "./dev_box.ts";
import { installApp } from "./installed_app.ts";
import { holdLayer, stackLayer } from "./layer.ts";
import { sourceDigest } from "./source_digest.ts";

const SNAPSHOT_URL = `http://127.0.0.1:${AT.snapshot}/api/snapshot`;

/** Holds the layer. */
export function holdMachineLayer(): Promise<Layer> {
  return stackLayer(holdBrowserLayer(), async (on) =>
    holdLayer({
      name: "machine",
      on,
      inputs: [await sourceDigest()],
      async install(box) {
        await box.sh(
          "apt-get update && apt-get install -y --no-install-recommends zsh curl faketime",
          { env: { DEBIAN_FRONTEND: "noninteractive" }, deadlineMs: 600_000 },
        );
        await box.copyIn(`${ROOT}systemd/system`, "/run/units");
        await box.sh(`
          cp /run/units/* /etc/systemd/system
          install -d -m 755 /etc/hearth /etc/t3-serve
          install -d -m 700 /etc/t3-serve/tokens`);
        await installApp(box, "playwright-snapshot-refresh", SNAPSHOT_URL);
      },
    }));
}
