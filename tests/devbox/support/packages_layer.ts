/**
 * A box with the Debian packages of a dev box, for what comes after them.
 *
 * That `provision.ts host` brings them itself is shown once, by `provision_host_test.ts`.
 *
 * @module
 */
import { packagesFor } from "../../../provision/host/machine_packages.ts";
import type { Layer } from "./box.ts";
import { holdLayer } from "./layer.ts";

/** Holds the layer; making it takes about a minute. */
export function holdPackagesLayer(): Promise<Layer> {
  const packages = packagesFor("debian").join(" ");
  return holdLayer({
    name: "packages",
    inputs: [packages],
    async install(box) {
      await box.sh(
        `apt-get update && apt-get install -y --no-install-recommends ${packages} &&
         apt-get clean && rm -rf /var/lib/apt/lists/*`,
        { env: { DEBIAN_FRONTEND: "noninteractive" }, deadlineMs: 900_000 },
      );
    },
  });
}
