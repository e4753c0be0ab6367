/**
 * Reads secrets from wherever the settings say they are.
 *
 * @module
 */
import type { EnvReader } from "../../core/env.ts";
import { Secret } from "../../core/secret.ts";
import { readSmallFile } from "./read_small_file.ts";
import type { SecretResult } from "./secret_result.ts";
import type { SecretSource } from "./secret_source.ts";
import type { ReadVault } from "./vault_client.ts";

/** What reading needs. */
export interface SecretDeps {
  /** The program's variables. */
  readonly env: EnvReader;
  /** Vault. */
  readonly readVault: ReadVault;
}

/**
 * Reads one secret. Every way it may fail is a result.
 *
 * @param source Where it is, with the user filled in.
 * @param deps What can be asked.
 */
export async function readSecret(source: SecretSource, deps: SecretDeps): Promise<SecretResult> {
  if (source.kind === "vault") return await deps.readVault(source.path, source.key);
  if (source.kind === "file") return await readSmallFile(source.path);
  const value = deps.env.get(source.name);
  if (value === undefined || value.trim() === "") {
    const why = `the variable ${source.name} is ${value === undefined ? "not set" : "empty"}`;
    return { kind: "absent", why };
  }
  return { kind: "value", secret: new Secret(value) };
}
