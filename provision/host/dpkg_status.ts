/**
 * What dpkg knows of this machine, read from its own database without running it.
 *
 * `/var/lib/dpkg/status` holds a paragraph for each package, in the syntax of deb822(5).
 *
 * @module
 */

/** The database. */
export const DPKG_STATUS = "/var/lib/dpkg/status";

/**
 * The packages that are installed and configured.
 *
 * @param text The database's text. A package that is half installed, or of which only its
 * configuration is left, does not count.
 */
export function installedPackages(text: string): ReadonlySet<string> {
  const installed = new Set<string>();
  let name: string | undefined;
  for (const line of text.split("\n")) {
    if (line === "") name = undefined;
    else if (line.startsWith("Package: ")) name = line.slice("Package: ".length).trim();
    else if (name !== undefined && /^Status: \S+ ok installed$/.test(line)) installed.add(name);
  }
  return installed;
}
