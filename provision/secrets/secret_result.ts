/**
 * What came of asking for a secret.
 *
 * @module
 */
import type { Secret } from "../../core/secret.ts";

/**
 * The secret, or why there is none:
 * - `absent`: the source answers, and holds no such secret;
 * - `unreachable`: the source does not answer, or not now; what is there is kept;
 * - `refused`: the source answers that we may not, or what it holds is no secret.
 */
export type SecretResult =
  | { readonly kind: "value"; readonly secret: Secret }
  | { readonly kind: "absent" | "unreachable" | "refused"; readonly why: string };
