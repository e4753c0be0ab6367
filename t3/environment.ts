/**
 * What an instance says of itself. The version of what runs stands here and nowhere else:
 * `t3 --version` tells the version of what is installed.
 *
 * @module
 */
import { z } from "zod";
import { ask, type AskOptions, type Instance, jsonOf, type NoAnswer } from "./instance.ts";
import type { Unexpected } from "./session.ts";

/** The path that tells of the instance. */
export const ENVIRONMENT_PATH = "/.well-known/t3/environment";

/** One instance, by itself. */
export interface T3Environment {
  /** The version that runs. */
  readonly serverVersion: string;
  /** What stays the same over restarts and updates. */
  readonly environmentId: string;
  /** A name for a person. */
  readonly label: string | undefined;
}

/** What came of asking. */
export type EnvironmentAnswer =
  | { readonly kind: "environment"; readonly environment: T3Environment }
  | Unexpected
  | NoAnswer;

const Shape = z.looseObject({
  serverVersion: z.string().min(1),
  environmentId: z.string().min(1),
  label: z.string().optional(),
});

/**
 * Asks an instance who it is.
 *
 * @param instance Whom.
 * @param options As for any question.
 */
export async function askEnvironment(
  instance: Instance,
  options: AskOptions = {},
): Promise<EnvironmentAnswer> {
  const answer = await ask(instance, ENVIRONMENT_PATH, {}, options);
  if (answer.kind === "no_answer") return answer;
  const { status, body } = answer;
  const parsed = Shape.safeParse(jsonOf(body));
  if (status !== 200 || !parsed.success) {
    const text = `${ENVIRONMENT_PATH} answered ${status}, no environment`;
    return { kind: "unexpected", status, text };
  }
  const { serverVersion, environmentId, label } = parsed.data;
  return { kind: "environment", environment: { serverVersion, environmentId, label } };
}
