/**
 * t3's command line: what is run, and what its output means.
 *
 * Nothing here says who runs it or from where: a unit, a box or a test decides that. Every command
 * but `--version` opens the instance's database and runs **its own** pending migrations, so each is
 * to be run with the version the instance runs.
 *
 * @module
 */
import { z } from "zod";
import { Secret } from "../core/secret.ts";
import { jsonOf } from "./instance.ts";

/** The arguments that make t3 print its version. */
export const VERSION_ARGS: readonly string[] = ["--version"];

/** t3 ends with this code where it was asked to stop by SIGINT or SIGTERM. */
export const STOPPED_EXIT_CODE = 130;

/** The arguments of a server without a browser. */
export function serveArgs(
  options: { host: string; port: number; baseDir: string },
): readonly string[] {
  const { host, port, baseDir } = options;
  return ["serve", "--host", host, "--port", String(port), "--base-dir", baseDir];
}

/**
 * The arguments that make t3 print a one-time credential as JSON.
 *
 * @param baseDir Where the instance keeps its state.
 * @param ttl How long the credential is good for, such as `5m`.
 */
export function pairingArgs(baseDir: string, ttl = "5m"): readonly string[] {
  return ["auth", "pairing", "create", "--base-dir", baseDir, "--ttl", ttl, "--json"];
}

/** A credential, or why there is none. */
export type PairingOutput =
  | { readonly kind: "credential"; readonly credential: Secret }
  | { readonly kind: "invalid"; readonly text: string };

// Only `credential` has stayed the same: `role` became `scopes` in 0.0.25.
const Shape = z.looseObject({ credential: z.string().regex(/^[\x21-\x7e]{1,1024}$/) });

/**
 * Reads what `t3 auth pairing create --json` printed.
 *
 * @param stdout All of it. What is wrong with it is told without repeating it.
 */
export function parsePairingOutput(stdout: string): PairingOutput {
  const value = jsonOf(stdout);
  if (value === undefined) {
    const text = stdout.trim() === "" ? "the output is empty" : "the output is not JSON";
    return { kind: "invalid", text };
  }
  const parsed = Shape.safeParse(value);
  if (!parsed.success) return { kind: "invalid", text: "the output holds no credential" };
  return { kind: "credential", credential: new Secret(parsed.data.credential) };
}

/**
 * Reads what `t3 --version` printed: the version is its last word, with or without a `v`.
 *
 * @param stdout All of it.
 * @returns The version, such as `0.0.25-nightly.20260608.497`, or `undefined`.
 */
export function parseVersionOutput(stdout: string): string | undefined {
  return /(?:^|[\s])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)\s*$/.exec(stdout)
    ?.[1];
}
