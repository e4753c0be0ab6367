/**
 * Packages: which are missing, without asking apt.
 *
 * @module
 */
import { textOf } from "../host_view.ts";
import type { PlanContext } from "../file_step.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";
import { DPKG_STATUS, installedPackages } from "./dpkg_status.ts";
import { type Distribution, distributionOf, packagesFor } from "./machine_packages.ts";

const BROWSER = "/usr/bin/chromium";

/**
 * Plans what every box needs in one step, so that apt solves it once, and each package of the
 * settings in its own, so that one that does not exist takes no other with it.
 *
 * @param context The scope.
 * @param extra Packages of the settings.
 */
export function* packagesStep(context: PlanContext, extra: readonly string[]): Steps<Outcome> {
  const { host, items } = context;
  const text = textOf(host, "/usr/lib/os-release") ?? textOf(host, "/etc/os-release") ?? "";
  const distribution = distributionOf(text);
  const status = textOf(host, DPKG_STATUS);
  if (distribution === "other" || status === undefined) {
    const error = "this is neither Debian nor Ubuntu, packages are not installed";
    yield items.warning("packages", error, `install what brings ${needs("debian")}`);
    return { isDone: false, error };
  }
  const needed = packagesFor(distribution);
  const outcome = yield* packageSet(context, "packages", needed);
  if (distribution === "ubuntu" && host.file(BROWSER).kind === "absent") {
    yield items.warning(
      `file ${BROWSER}`,
      `${BROWSER} is not there, and Ubuntu's own is a snap, which does not start in a sandbox`,
      "install Chromium or Chrome from a .deb and name it in a drop-in of playwright-mcp@.service",
    );
  }
  for (const name of extra) {
    if (!needed.includes(name)) yield* packageSet(context, `package ${name}`, [name]);
  }
  return outcome;
}

function* packageSet(
  { host, items }: PlanContext,
  resource: string,
  names: readonly string[],
): Steps<Outcome> {
  const installed = installedPackages(textOf(host, DPKG_STATUS) ?? "");
  const missing = names.filter((name) => !installed.has(name));
  if (missing.length === 0) {
    yield items.ok(resource);
    return DONE;
  }
  return yield items.change(resource, {
    cause: "missing",
    summary: `install ${missing.join(", ")}`,
    action: { kind: "install_packages", packages: missing },
    retry: `apt-get update && apt-get install --no-install-recommends ${missing.join(" ")}`,
  });
}

function needs(distribution: Distribution): string {
  return packagesFor(distribution).join(", ");
}
