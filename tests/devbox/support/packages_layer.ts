/**
 * A box with the Debian packages of a dev box, for what comes after them: apt is asked once for all
 * boxes.
 *
 * That `provision.ts host` brings them itself is shown where a bare box becomes three users
 * (`users_layer.ts`).
 *
 * @module
 */
import { packagesFor } from "../../../provision/host/machine_packages.ts";
import type { Layer } from "./box.ts";
import { holdLayer } from "./layer.ts";

/** What only tests use: a wrong clock, a death at any system call, a look at who runs. */
const FOR_TESTS = ["faketime", "strace", "procps"];

/** Holds the layer; making it takes about a minute. */
export function holdPackagesLayer(): Promise<Layer> {
  const packages = [...packagesFor("debian"), ...FOR_TESTS].join(" ");
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
