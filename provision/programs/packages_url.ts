/**
 * The registry that installed programs take their packages from: none.
 *
 * Deno keeps packages by the registry they came from, and a variable or a user's `.npmrc` says which
 * that is. An installation keeps them below a name that no registry can have, and its wrappers say so.
 *
 * @module
 */

/** Where packages are below `deno_dir/npm`. */
export const PACKAGES_DIR = "packages.invalid";

/** The registry that this stands for (RFC 6761: "invalid" never resolves). */
export const PACKAGES_URL: string = `https://${PACKAGES_DIR}/`;
