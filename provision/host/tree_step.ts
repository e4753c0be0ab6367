/**
 * One versioned tree below `/opt/hearth`, and the link that says which version is current.
 *
 * @module
 */
import type { TreeRecipe } from "../action.ts";
import type { PlanContext } from "../file_step.ts";
import type { HostView } from "../host_view.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";
import { PROGRAM_DIR } from "../programs/host_programs.ts";
import { linkStep } from "./link_step.ts";

/** Where trees are. */
export const TREES_DIR = "/opt/hearth";

/** What a tree is like: `damaged` when a file differs from what was sealed, or was never sealed. */
export type TreeState = "absent" | "whole" | "damaged";

/** Compares a tree with its manifest. */
export type CheckTree = (path: string) => TreeState;

/** A recipe's own directory below {@linkcode TREES_DIR}. */
export function treePath(recipe: TreeRecipe): string {
  return `${TREES_DIR}/${recipe.kind}/${treeVersion(recipe)}`;
}

/** What tells a tree from others of its kind. */
export function treeVersion(recipe: TreeRecipe): string {
  return "digest" in recipe ? recipe.digest : recipe.version;
}

/** What a person runs to try again. */
export function retryCommand(host: HostView): string {
  return host.file(`${PROGRAM_DIR}/hearth-provision`).kind === "absent"
    ? "deno task provision host"
    : "hearth-provision host";
}

/**
 * Plans one tree. `current` moves only to a tree that is whole; where it cannot be made, `current`
 * stays on the version before, which still works.
 *
 * @param context The scope.
 * @param recipe How it is made.
 * @param checkTree Compares a tree with its manifest.
 * @returns Whether `current` is the tree that is wanted.
 */
export function* treeStep(
  context: PlanContext,
  recipe: TreeRecipe,
  checkTree: CheckTree,
): Steps<Outcome> {
  const { items } = context;
  const path = treePath(recipe);
  const resource = `tree ${path}`;
  const state = checkTree(path);
  let outcome: Outcome = DONE;
  if (state === "whole") yield items.ok(resource);
  else {
    outcome = yield items.change(resource, {
      cause: state === "absent" ? "missing" : "drift",
      summary: state === "absent"
        ? `install ${recipe.kind} ${treeVersion(recipe)}`
        : `make ${path} anew, a file of it was changed`,
      action: { kind: "install_tree", path, recipe },
      retry: retryCommand(context.host),
    });
  }
  if (!outcome.isDone) return outcome;
  return yield* linkStep(context, `${TREES_DIR}/${recipe.kind}/current`, treeVersion(recipe));
}
