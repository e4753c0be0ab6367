/**
 * Reads secrets from Vault's KV version 2, over its HTTP API.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import type { HttpGet, HttpResult } from "./http_get.ts";
import { readSmallFile } from "./read_small_file.ts";
import type { SecretResult } from "./secret_result.ts";
import { vaultResult } from "./vault_answer.ts";

/** Where Vault is and what opens it; see `vault_env.ts`. */
export interface VaultAccess {
  /** Where it is. */
  readonly VAULT_ADDR: URL | undefined;
  /** Its token. */
  readonly VAULT_TOKEN: Secret | undefined;
  /** A file with its token. */
  readonly VAULT_TOKEN_FILE: string | undefined;
  /** A namespace. */
  readonly VAULT_NAMESPACE: string | undefined;
  /** Another authority. */
  readonly VAULT_CACERT: string | undefined;
}

/** Reads one key of one secret. */
export type ReadVault = (path: string, key: string) => Promise<SecretResult>;

/**
 * A client that asks for each path once, however many keys of it are wanted.
 *
 * @param access Where Vault is.
 * @param get Asks it.
 */
export function vaultClient(access: VaultAccess, get: HttpGet): ReadVault {
  const asked = new Map<string, Promise<HttpResult | SecretResult>>();
  return async (path, key) => {
    const answer = asked.get(path) ?? ask(access, get, path);
    asked.set(path, answer);
    const result = await answer;
    if (!("isAnswered" in result)) return result;
    if (!result.isAnswered) {
      const where = access.VAULT_ADDR?.host ?? "";
      return { kind: "unreachable", why: `Vault at ${where} cannot be reached: ${result.why}` };
    }
    return vaultResult(result, path, key);
  };
}

async function ask(
  access: VaultAccess,
  get: HttpGet,
  path: string,
): Promise<HttpResult | SecretResult> {
  const { VAULT_ADDR, VAULT_NAMESPACE, VAULT_CACERT } = access;
  if (VAULT_ADDR === undefined) return { kind: "unreachable", why: "VAULT_ADDR is not set" };
  const token = await tokenOf(access);
  if (token.kind !== "value") return token;
  const [mount = "", ...rest] = path.split("/");
  const api = ["v1", mount, "data", ...rest].map(encodeURIComponent).join("/");
  return await get({
    // What stands before "v1" is a proxy's.
    url: `${VAULT_ADDR.origin}${VAULT_ADDR.pathname.replace(/\/+$/, "")}/${api}`,
    headers: {
      "X-Vault-Token": token.secret,
      "X-Vault-Request": "true",
      ...VAULT_NAMESPACE === undefined ? {} : { "X-Vault-Namespace": VAULT_NAMESPACE },
    },
    authority: VAULT_CACERT,
  });
}

async function tokenOf(access: VaultAccess): Promise<SecretResult> {
  const { VAULT_TOKEN, VAULT_TOKEN_FILE } = access;
  if (VAULT_TOKEN === undefined && VAULT_TOKEN_FILE === undefined) {
    return { kind: "unreachable", why: "neither VAULT_TOKEN nor VAULT_TOKEN_FILE is set" };
  }
  const result = VAULT_TOKEN === undefined
    ? await readSmallFile(VAULT_TOKEN_FILE ?? "")
    : { kind: "value" as const, secret: VAULT_TOKEN };
  if (result.kind !== "value") {
    return { kind: "unreachable", why: `Vault's token cannot be read: ${result.why}` };
  }
  const token = result.secret.reveal().trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return { kind: "refused", why: "Vault's token holds a blank or what is no ASCII" };
  }
  return { kind: "value", secret: new Secret(token) };
}
