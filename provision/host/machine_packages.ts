/**
 * The Debian packages of a dev box, and what Ubuntu has instead.
 *
 * @module
 */

/** A package and what it is for. */
export interface MachinePackage {
  /** Debian's name. */
  readonly name: string;
  /** What it is for. */
  readonly reason: string;
}

/** What every dev box needs; Node is not among them, since Debian's is too old. */
export const MACHINE_PACKAGES: readonly MachinePackage[] = [
  { name: "ca-certificates", reason: "whom downloads trust" },
  { name: "chromium", reason: "the browser of the MCP servers" },
  { name: "chromium-sandbox", reason: "its sandbox where namespaces are root's alone" },
  { name: "curl", reason: "downloads, here and by Claude's installer" },
  { name: "fonts-liberation", reason: "text; without any font Chromium shows boxes" },
  { name: "sqlite3", reason: "backups of t3's databases" },
  { name: "sudo", reason: "the one thing dispatch may do as root" },
  { name: "unzip", reason: "unpacks kubelogin" },
  { name: "zsh", reason: "the login shell of every account" },
];

/** Which system a machine runs, as far as packages go. */
export type Distribution = "debian" | "ubuntu" | "other";

/**
 * Reads os-release(5).
 *
 * @param text Its text.
 */
export function distributionOf(text: string): Distribution {
  const words = (key: string) =>
    new RegExp(`^${key}=["']?([^"'\\n]*)["']?\\s*$`, "m").exec(text)?.[1]?.split(/\s+/) ?? [];
  const names = [...words("ID"), ...words("ID_LIKE")];
  if (names.includes("ubuntu")) return "ubuntu";
  return names.includes("debian") ? "debian" : "other";
}

/**
 * The packages that apt can bring to a system.
 *
 * Ubuntu's "chromium" and "chromium-browser" are shims for a snap, which does not start in the
 * units' sandbox: there the browser is the admin's to choose.
 */
export function packagesFor(distribution: Distribution): readonly string[] {
  if (distribution === "other") return [];
  return MACHINE_PACKAGES.map(({ name }) => name)
    .filter((name) => distribution === "debian" || !name.startsWith("chromium"));
}
