/**
 * What Vault's answer to a read of KV version 2 means.
 *
 * Statuses and bodies are those of its HTTP API (developer.hashicorp.com/vault/api-docs, "HTTP
 * status codes" and "KV v2"): 403 for a token that may not or is none, 404 with an empty list of
 * errors for a path that holds nothing, 404 with the metadata of a version that was deleted, 429 for
 * too many requests, 503 while it is sealed.
 *
 * @module
 */
import { z } from "zod";
import { Secret } from "../../core/secret.ts";
import type { HttpAnswer } from "./http_get.ts";
import type { SecretResult } from "./secret_result.ts";

const FOUND = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()).nullable() }) });
const METADATA = z.object({
  data: z.object({
    metadata: z.object({
      deletion_time: z.string(),
      destroyed: z.boolean(),
      version: z.number(),
    }),
  }),
});
const ERRORS = z.object({ errors: z.array(z.string()) });

/**
 * Reads an answer.
 *
 * @param answer Vault's.
 * @param path The secret, for the sentence.
 * @param key The key of it that is wanted.
 */
export function vaultResult(answer: HttpAnswer, path: string, key: string): SecretResult {
  const { status } = answer;
  const body = parseJson(answer.body);
  if (status === 200) return keyOf(body, path, key);
  const errors = ERRORS.safeParse(body).data?.errors ?? [];
  const said = errors.map(printable).filter((text) => text !== "").join("; ");
  const words = said === "" ? "" : `: ${said}`;
  if (status === 404) return notFound(body, path, said);
  if (status === 403) {
    return refused(`Vault's token may not read "${path}", or is no valid token${words}`);
  }
  if (status === 429) return unreachable("Vault is asked too often for now");
  if (status === 412) return unreachable("Vault's node is behind the others");
  if (status >= 300 && status < 400) {
    return unreachable("Vault's address sends elsewhere, VAULT_ADDR must be where Vault is");
  }
  if (errors.some((text) => /sealed/i.test(text))) return unreachable("Vault is sealed");
  if (status >= 500) return unreachable(`Vault answers ${status}${words}`);
  if (errors.length === 0) return unreachable(`what answers ${status} is no Vault`);
  return refused(`Vault answers ${status}${words}`);
}

function keyOf(body: unknown, path: string, key: string): SecretResult {
  const found = FOUND.safeParse(body);
  if (!found.success) {
    return unreachable(`what answers for "${path}" is no Vault, or no KV of version 2`);
  }
  const { data } = found.data.data;
  if (data === null) return absent(`Vault has no version of "${path}"`);
  if (!Object.hasOwn(data, key)) return absent(`Vault's "${path}" has no key "${key}"`);
  const value = data[key];
  if (typeof value !== "string") {
    return refused(`the key "${key}" of Vault's "${path}" is ${kindOf(value)}, must be a text`);
  }
  if (value.trim() === "") return absent(`the key "${key}" of Vault's "${path}" is empty`);
  return { kind: "value", secret: new Secret(value) };
}

function notFound(body: unknown, path: string, said: string): SecretResult {
  const metadata = METADATA.safeParse(body).data?.data.metadata;
  if (metadata !== undefined) {
    const what = metadata.destroyed
      ? "destroyed"
      : `deleted at ${printable(metadata.deletion_time)}`;
    return absent(`version ${metadata.version} of Vault's "${path}" was ${what}`);
  }
  // A mount that does not exist, as opposed to a path that holds nothing.
  if (said !== "") return refused(`Vault has nothing at "${path}": ${said}`);
  if (!ERRORS.safeParse(body).success) return unreachable("what answers 404 is no Vault");
  return absent(`Vault has no "${path}"`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : `a ${typeof value}`;
}

/** A server's words, as they may be shown in one line. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim().slice(0, 200);
}

const absent = (why: string): SecretResult => ({ kind: "absent", why });
const unreachable = (why: string): SecretResult => ({ kind: "unreachable", why });
const refused = (why: string): SecretResult => ({ kind: "refused", why });
