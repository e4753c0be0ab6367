/**
 * How Vault is reached: the variables that its own command line reads.
 *
 * @module
 */
import { z } from "zod";
import { pathVariable, secretVariable, textVariable, urlVariable } from "../../core/env.ts";
import type { Secret } from "../../core/secret.ts";

/** The variables. */
export const VAULT_ENV: z.ZodObject<{
  VAULT_ADDR: z.ZodType<URL | undefined>;
  VAULT_TOKEN: z.ZodType<Secret | undefined>;
  VAULT_TOKEN_FILE: z.ZodType<string | undefined>;
  VAULT_NAMESPACE: z.ZodType<string | undefined>;
  VAULT_CACERT: z.ZodType<string | undefined>;
}> = z.object({
  VAULT_ADDR: urlVariable("where Vault is; without it, vault: secrets stay as they are"),
  VAULT_TOKEN: secretVariable("the token that reads them"),
  VAULT_TOKEN_FILE: pathVariable("a file with that token, read where VAULT_TOKEN is not set"),
  VAULT_NAMESPACE: textVariable("the namespace, for Vault Enterprise"),
  VAULT_CACERT: pathVariable("the authority that signed Vault's certificate, if no system has it"),
});
