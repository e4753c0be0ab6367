/**
 * Runs the warm browser: a virtual screen, Chromium on its persistent profile, and the live view.
 *
 * Its permission set lets it start one program, `setpriv`, which starts all others. That keeps a
 * mistake small, not an attacker: who can choose Chromium's flags can run anything as this user.
 *
 * @module
 */
import { BROWSER_ENV, readSettings } from "./browser/settings.ts";
import { realMachine } from "./browser/machine.ts";
import { runBrowser } from "./browser/run.ts";
import { systemClock } from "./core/clock.ts";
import { defineCommand, parseCommand } from "./core/command.ts";
import { runProgram } from "./core/program.ts";

if (import.meta.main) {
  await runProgram("browser", async ({ args, env, log, signal }) => {
    const command = defineCommand({
      name: "browser",
      description:
        "Run the warm browser: virtual screen, Chromium and live view, kept alive as one",
      examples: [
        ["browser", "on a virtual screen, watched through the live view"],
        ["browser --display", "on your own screen"],
        ["browser --headless", "where there can be no screen"],
      ],
      env: BROWSER_ENV,
      exitCodes: {
        0: "stopped when asked",
        1: "could not start: a port is taken, the profile is in use",
        2: "wrong usage or configuration, or a program is missing",
      },
    })
      .option("--display", "use the screen in DISPLAY, without a live view")
      .option("--headless", "use no screen");
    if (parseCommand(command, args) === "done") return;
    const settings = readSettings(env, command.opts());
    await runBrowser(settings, { machine: realMachine, clock: systemClock, log }, signal);
  });
}
