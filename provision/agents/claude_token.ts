/**
 * The shared login of Claude, for a user's t3 instance: only where the user has none of their own.
 *
 * The variable wins over the login that Claude keeps in a home, so that it is taken away again as
 * soon as there is one. Source: https://code.claude.com/docs/en/authentication (precedence).
 *
 * @module
 */
import type { Secret } from "../../core/secret.ts";
import type { Account } from "../../roster/derive.ts";
import { envValue } from "../../core/env_file.ts";
import type { PlanContext } from "../file_step.ts";
import { textOf } from "../host_view.ts";
import { textDigest } from "./judge_wiring.ts";
import { isMap } from "./json_config.ts";
import { MAX_CONFIG_BYTES } from "./read_config.ts";

/** The variable that Claude reads a login from. */
export const CLAUDE_TOKEN_KEY = "CLAUDE_CODE_OAUTH_TOKEN";

/** Variables that are a login of another kind. */
const OTHER_LOGINS = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"];

/** The shared login, as the settings and its source say. */
export type SharedToken =
  | { readonly kind: "value"; readonly token: Secret }
  /** The settings name none: what was given before is taken away. */
  | { readonly kind: "none" }
  /** Its source could not be read: what is there stays. */
  | { readonly kind: "unavailable" };

/**
 * What the user's t3 env file should say of the shared login.
 *
 * @param context The user's scope.
 * @param account The user.
 * @param shared The shared login.
 * @returns The key with its value; with `undefined` where ours is to be taken away; no key where
 * what is there stays, since it is the user's own or nothing better is known.
 */
export function claudeTokenKeys(
  context: PlanContext,
  account: Account,
  shared: SharedToken,
): Readonly<Record<string, string | undefined>> {
  const { host, applied } = context;
  const { os_user: user, tier, claude_auth, parked } = account;
  const path = `/etc/t3-serve/${user}.env`;
  const env = host.bytes(path) ?? new Uint8Array();
  const present = envValue(env, CLAUDE_TOKEN_KEY);
  const isOurs = present !== undefined &&
    applied.isOurs(`${path}#${CLAUDE_TOKEN_KEY}`, textDigest(present));
  const isShared = shared.kind === "value" && present === shared.token.reveal();
  if (present !== undefined && present !== "" && !isOurs && !isShared) return {};
  const isWanted = tier !== "admin" && claude_auth && !parked && shared.kind !== "none" &&
    OTHER_LOGINS.every((key) => (envValue(env, key) ?? "") === "") &&
    !hasOwnLogin(context, user);
  if (!isWanted) return { [CLAUDE_TOKEN_KEY]: undefined };
  return shared.kind === "value" ? { [CLAUDE_TOKEN_KEY]: shared.token.reveal() } : {};
}

/**
 * Whether a user logged in to Claude themselves: with a subscription (`~/.claude/.credentials.json`,
 * which also keeps logins of MCP servers) or with a key of the console (`~/.claude.json`). A file
 * that cannot be read counts as a login.
 */
export function hasOwnLogin({ host }: Pick<PlanContext, "host">, user: string): boolean {
  const home = host.account(user)?.home;
  const isIn = (path: string, key: string, isDoubtLogin: boolean) => {
    if (host.file(path).kind === "absent") return false;
    const text = textOf(host, path, MAX_CONFIG_BYTES);
    if (text === "") return false;
    const root = text === undefined ? undefined : jsonOf(text);
    return isMap(root) ? Object.hasOwn(root, key) && root[key] !== null : isDoubtLogin;
  };
  return isIn(`${home}/.claude/.credentials.json`, "claudeAiOauth", true) ||
    isIn(`${home}/.claude.json`, "primaryApiKey", false);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
