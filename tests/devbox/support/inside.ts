/**
 * Runs programs of the tests inside a box, under permissions as tight as the provisioner's.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Action } from "../../../provision/action.ts";
import type { Outcome } from "../../../provision/item.ts";
import { type Box, MOUNTED } from "./box.ts";

/** What the machine may do: see `provision/real/real_machine.ts`. */
export const MACHINE_PERMISSIONS: readonly string[] = [
  "--allow-read=/",
  "--allow-write=/etc,/home,/opt",
  "--allow-run=/usr/bin/timeout,/usr/bin/setpriv",
];

/**
 * Runs a program of this directory in a box; it must succeed.
 *
 * @param box The box.
 * @param program The name of its file.
 * @param options What it is given; it may do everything where no permissions are named.
 * @returns What it printed.
 */
export async function runInside(
  box: Box,
  program: string,
  options: { args?: readonly string[]; input?: string; permissions?: readonly string[] } = {},
): Promise<string> {
  const { args = [], input, permissions = ["-A"] } = options;
  const { code, stdout, stderr } = await box.run([
    ...[`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "--cached-only", "--frozen"],
    ...permissions,
    `${MOUNTED}/source/tests/devbox/support/${program}`,
    ...args,
  ], {
    env: { DENO_DIR: `${MOUNTED}/deno_dir`, NO_COLOR: "1" },
    deadlineMs: 300_000,
    ...(input === undefined ? {} : { input }),
  });
  assert.equal(code, 0, `${stdout}${stderr}`);
  return stdout;
}

/** An action as it goes into a box: its content as text. */
export type TextAction = Action extends infer A
  ? A extends { content: unknown } ? Omit<A, "content"> & { readonly content: string } : A
  : never;

/** Lets the machine of a box carry out actions, one after the other. */
export async function performInside(
  box: Box,
  actions: readonly TextAction[],
): Promise<readonly Outcome[]> {
  const input = JSON.stringify(actions);
  const permissions = MACHINE_PERMISSIONS;
  return JSON.parse(await runInside(box, "perform_actions.ts", { input, permissions }));
}
