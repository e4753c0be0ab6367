/**
 * One directory of the machine: there, with its mode and owner.
 *
 * @module
 */
import type { PlanContext } from "../file_step.ts";
import type { Outcome, Steps } from "../item.ts";
import { accessStep, ROOT, type WantedAccess } from "./access_step.ts";

/**
 * Plans one directory. What is in it stays as it is.
 *
 * @param context The scope.
 * @param wanted The directory; its parent exists.
 * @returns Whether the directory is as wanted afterwards.
 */
export function* directoryStep(context: PlanContext, wanted: WantedAccess): Steps<Outcome> {
  const { host, items } = context;
  const { path, mode, owner = ROOT } = wanted;
  const resource = `directory ${path}`;
  const { kind } = host.file(path);
  if (kind === "absent") {
    return yield items.change(resource, {
      cause: "missing",
      summary: `make ${path}`,
      action: { kind: "make_directory", path, mode, owner },
    });
  }
  if (kind === "directory") return yield* accessStep(context, wanted, resource);
  const error = `${path} is no directory, must be one`;
  yield items.error(resource, error, `look at it, then move it away: ls -ld ${path}`);
  return { isDone: false, error };
}
