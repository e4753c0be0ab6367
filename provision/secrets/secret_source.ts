/**
 * Where a secret is: `vault:PATH#KEY`, `file:/PATH` or `env:NAME`, each with `{user}` where there is
 * one for each user.
 *
 * @module
 */

/** A reference that was read. */
export type SecretSource =
  /** A key of a secret in Vault's KV version 2; the path is as `vault kv get` takes it. */
  | { readonly kind: "vault"; readonly path: string; readonly key: string }
  /** A file that root can read. */
  | { readonly kind: "file"; readonly path: string }
  /** A variable of the program. */
  | { readonly kind: "env"; readonly name: string };

/** The reference, or what is wrong with it: the `must be …` part of a sentence, each. */
export type SourceResult =
  | { readonly isValid: true; readonly source: SecretSource }
  | { readonly isValid: false; readonly faults: readonly string[] };

const USER = "{user}";
const SCHEMES = ["vault:", "file:", "env:"] as const;

/**
 * Reads a reference.
 *
 * @param text As it stands in the settings. It is never repeated in a fault, since a person may have
 * put the secret itself there.
 */
export function parseSource(text: string): SourceResult {
  const scheme = SCHEMES.find((one) => text.startsWith(one));
  if (scheme === undefined) {
    return { isValid: false, faults: ['must begin with "vault:", "file:" or "env:"'] };
  }
  const rest = text.slice(scheme.length);
  const faults: string[] = [];
  if (rest.replaceAll(USER, "").match(/[{}]/)) faults.push("must have no braces but {user}");
  if (/[\s\p{Cc}\p{Cf}]/u.test(rest)) faults.push("must have no blank and no control character");
  const source = scheme === "vault:"
    ? vaultSource(rest, faults)
    : scheme === "file:"
    ? fileSource(rest, faults)
    : envSource(rest, faults);
  return faults.length === 0 ? { isValid: true, source } : { isValid: false, faults };
}

/** Whether there is one for each user. */
export function hasUser(source: SecretSource): boolean {
  return textsOf(source).some((text) => text.includes(USER));
}

/**
 * The reference of one user.
 *
 * @param source With `{user}` or without.
 * @param user The account's name.
 * @throws {RangeError} When the name could lead elsewhere.
 */
export function sourceFor(source: SecretSource, user: string): SecretSource {
  if (!/^[a-z_][a-z0-9_-]*$/.test(user)) {
    throw new RangeError(`Cannot look for a secret of "${user}": it is no account's name`);
  }
  const fill = (text: string) => text.replaceAll(USER, user);
  if (source.kind === "vault") {
    return { kind: "vault", path: fill(source.path), key: fill(source.key) };
  }
  if (source.kind === "file") return { kind: "file", path: fill(source.path) };
  return { kind: "env", name: fill(source.name) };
}

/** The reference as it is written. It is no secret. */
export function sourceText(source: SecretSource): string {
  return `${source.kind}:${textsOf(source).join("#")}`;
}

function textsOf(source: SecretSource): readonly string[] {
  if (source.kind === "vault") return [source.path, source.key];
  return [source.kind === "file" ? source.path : source.name];
}

function vaultSource(rest: string, faults: string[]): SecretSource {
  const [path = "", key = "", ...more] = rest.split("#");
  const segments = path.split("/");
  if (key === "" || more.length > 0) {
    faults.push('must name one key after a "#", as in "vault:secret/hearth#token"');
  }
  if (segments.length < 2 || segments.includes("")) {
    faults.push('must have a mount and a path, as in "vault:secret/hearth#token"');
  }
  if (segments.some(climbs)) faults.push('must have no "." and no ".." in its path');
  if (/[?%\\]/.test(path)) faults.push('must have none of "?", "%", "\\" in its path');
  return { kind: "vault", path, key };
}

function fileSource(path: string, faults: string[]): SecretSource {
  if (!path.startsWith("/") || path.endsWith("/")) {
    faults.push('must be a file\'s absolute path, as in "file:/etc/hearth/token"');
  }
  if (path.split("/").some(climbs)) faults.push('must have no "." and no ".." in its path');
  return { kind: "file", path };
}

function envSource(name: string, faults: string[]): SecretSource {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name.replaceAll(USER, "_"))) {
    faults.push("must name a variable of letters, digits and underscores");
  } else if (!name.startsWith("HEARTH_")) {
    // The program may read no other.
    faults.push('must name a variable that begins with "HEARTH_"');
  }
  return { kind: "env", name };
}

function climbs(segment: string): boolean {
  return segment === "." || segment === "..";
}
