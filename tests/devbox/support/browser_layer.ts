/**
 * A box with Debian's Chromium, Node and `@playwright/mcp`, where the units look for them.
 *
 * It is for tests of the units alone; on a real box the provisioner brings these.
 *
 * @module
 */
import { testDirectory } from "../../support/snapshot_fixture.ts";
import type { Layer } from "./box.ts";
import { holdLayer, stackLayer } from "./layer.ts";
import { installNpmPackages, pinnedVersion } from "./npm_packages.ts";
import { holdPackagesLayer } from "./packages_layer.ts";

/** A release of Node that runs everything here, from the npm registry. */
export const NODE_VERSION = "22.23.3";

/** The npm package that holds Node itself for this machine. */
export const NODE_PACKAGE = `node-linux-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;

/** Holds the layer, over the packages. */
export function holdBrowserLayer(): Promise<Layer> {
  const mcp = pinnedVersion("@playwright/mcp");
  return stackLayer(holdPackagesLayer(), (on) =>
    holdLayer({
      name: "browser",
      on,
      inputs: [mcp, NODE_PACKAGE, NODE_VERSION],
      async install(box) {
        const node = `${NODE_PACKAGE}@${NODE_VERSION}`;
        await using staging = await testDirectory();
        await installNpmPackages(staging.path, node, `@playwright/mcp@${mcp}`);
        const modules = `${staging.path}/node_modules`;
        await box.copyIn(`${modules}/${NODE_PACKAGE}`, `/opt/hearth/node/${NODE_VERSION}`);
        for (const name of ["@playwright", "playwright", "playwright-core"]) {
          await box.copyIn(`${modules}/${name}`, `/opt/hearth/mcp/${mcp}/node_modules/${name}`);
        }
        await box.sh(`
        ln -s ${NODE_VERSION} /opt/hearth/node/current
        ln -s ${mcp} /opt/hearth/mcp/current
        chmod -R go+rX /opt/hearth`);
      },
    }));
}
