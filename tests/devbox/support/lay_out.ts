/**
 * Lays out what a case of the machine contract begins with, in a box.
 *
 * @module
 */
import type { Laid } from "../../support/machine_contract/contract_case.ts";
import type { Box } from "./box.ts";

/** Makes each of them, with its owner. */
export async function layOut(box: Box, laid: readonly Laid[]): Promise<void> {
  for (const one of laid) {
    const { path, owner = "root" } = one;
    if (owner === "absent") {
      await box.run(["rm", "-rf", path]);
      continue;
    }
    await run(box, ["mkdir", "-p", path.slice(0, path.lastIndexOf("/"))]);
    switch (one.kind) {
      case "file":
        await run(box, ["tee", path], one.text);
        break;
      case "directory":
        await run(box, ["mkdir", "-p", path]);
        break;
      case "link":
        await run(box, ["ln", "-s", one.target, path]);
        break;
      case "fifo":
        await run(box, ["mkfifo", path]);
        break;
      case "hole":
        await run(box, ["truncate", `--size=${one.sizeBytes}`, path]);
        break;
    }
    await run(box, ["chown", "--no-dereference", `${owner}:${owner}`, path]);
    if ("mode" in one && one.mode !== undefined) {
      await run(box, ["chmod", one.mode.toString(8), path]);
    }
  }
}

async function run(box: Box, command: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await box.run(command, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`"${command.join(" ")}" ended with ${code}: ${stderr}`);
}
