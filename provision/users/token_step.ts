/**
 * A user's token for the snapshot server: root's copy, which the units get, and the user's own.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import { digestOf } from "../digest.ts";
import { fileStep, type PlanContext } from "../file_step.ts";
import { textOf } from "../host_view.ts";
import type { Steps } from "../item.ts";
import { followUnit } from "./user_units.ts";

/** Where root keeps the tokens: one file a user. */
export const TOKENS = "/etc/t3-serve/tokens";

/** Where a user's token comes from. */
export type TokenSource =
  /** It is made here once and kept. */
  | { readonly kind: "generate"; readonly make: () => Secret }
  /** It was read from where the settings say. */
  | { readonly kind: "value"; readonly token: Secret }
  /** It could not be read: what is there stays. */
  | { readonly kind: "unavailable"; readonly why: string };

/** The record's key of the token the follower was started with. */
const FOLLOWED = "token#followed";

/**
 * Plans both copies.
 *
 * @param context The scope.
 * @param user Whose.
 * @param source Where the token comes from.
 * @param hasHome Whether the user's copy can be written.
 * @returns The token, where there is one.
 */
export function* tokenStep(
  context: PlanContext,
  user: string,
  source: TokenSource,
  hasHome: boolean,
): Steps<Secret | undefined> {
  const { host, items } = context;
  const path = `${TOKENS}/${user}`;
  const present = textOf(host, path)?.trim();
  const current = present === undefined || present === "" ? undefined : new Secret(present);
  if (source.kind === "unavailable") {
    const kept = current === undefined ? "there is none yet" : "the one that is there stays";
    yield items.warning(`token`, `the token of ${user} cannot be had: ${source.why}; ${kept}`);
    if (current === undefined) return undefined;
  }
  const token = source.kind === "value"
    ? source.token
    : current ?? (source.kind === "generate" ? source.make() : undefined);
  if (token === undefined) return undefined;
  const content = new Secret(`${token.reveal()}\n`);
  const rooted = yield* fileStep(context, { path, content, mode: 0o600, foreign: "keep" });
  if (!rooted.isDone) return current;
  if (hasHome) {
    yield* fileStep(context, {
      path: `/home/${user}/.config/playwright/token`,
      content,
      mode: 0o600,
      owner: { user, group: user },
      as: user,
      foreign: "keep",
    });
  }
  return token;
}

/**
 * Plans the restart by which a running follower gets a token that was replaced. It holds no
 * session, and a credential is read when a unit starts.
 */
export function* followerStep(context: PlanContext, user: string, token: Secret): Steps {
  const { host, applied, items } = context;
  const unit = followUnit(user);
  const digest = digestOf(token);
  if (applied.newest(FOLLOWED) === digest) return;
  const marks = [{ key: FOLLOWED, digest }];
  if (host.unit(unit).active !== "active" || !applied.has(FOLLOWED)) {
    yield items.ok(`token of ${unit}`, marks);
    return;
  }
  yield items.change(`token of ${unit}`, {
    cause: "intent",
    summary: `restart ${unit}, so that it uses the new token`,
    action: { kind: "restart_unit", unit },
    doneMarks: marks,
  });
}
