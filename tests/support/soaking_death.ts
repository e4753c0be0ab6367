/**
 * The death of a build that works until it soaks, however long that takes to come.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import type { Behaviour } from "../t3_fixture/behaviour.ts";
import type { AutoupdateBox } from "./autoupdate_box.ts";

/** The file, in a user's base directory, that such a build dies of. */
export const DEATH_FILE = "soaking";

/** What makes a build one of them. */
export const DIES_SOAKING: Partial<Behaviour> = { diesBeside: DEATH_FILE };

/** Lets everybody's server die as soon as it soaks, which is when all that comes before was done. */
export function dieWhileSoaking(box: AutoupdateBox): AsyncDisposable {
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await systemClock.sleep(20)) {
      const { update } = await box.state();
      if (update?.phase !== "soaking") continue;
      for (const { user } of box.instances) {
        await Deno.writeTextFile(`${box.baseDirOf(user)}/${DEATH_FILE}`, "");
      }
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await watching;
    },
  };
}
