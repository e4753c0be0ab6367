/**
 * Xvfb: an X server whose screen is memory.
 *
 * It chooses a free display number itself, listens on no TCP port, and lets in only who holds the
 * cookie in a file that only this user can read: an X client can read every key typed.
 *
 * @module
 */
import type { Logger } from "../core/log.ts";
import type { Child } from "../core/process.ts";
import type { Machine } from "./machine.ts";
import { PROGRAMS } from "./needs.ts";
import { startReadyChild } from "./ready_child.ts";
import type { ScreenSize } from "./settings.ts";
import { xauthorityEntry } from "./xauthority.ts";

/** How X clients find the screen and get in. */
export interface Screen {
  /** The display, such as `:99`. */
  readonly display: string;
  /** The file with its cookie; `undefined` where the person's own environment has it. */
  readonly authorityFile: string | undefined;
}

/** What Xvfb needs. */
export interface VirtualScreenOptions {
  /** Size of the screen. */
  readonly size: ScreenSize;
  /** Where to put the cookie; replaced at every start. */
  readonly authorityFile: string;
  /** Log of what Xvfb says. */
  readonly log: Logger;
  /** For sweeping. */
  readonly machine: Machine;
}

/** The variables an X client gets. */
export function screenEnv(screen: Screen): Record<string, string> {
  const { display, authorityFile } = screen;
  return authorityFile === undefined
    ? { DISPLAY: display }
    : { DISPLAY: display, XAUTHORITY: authorityFile };
}

/**
 * Starts Xvfb.
 *
 * @param options Size and cookie file.
 * @param signal Aborted when it should not start after all.
 * @returns The process and its screen, once clients can connect.
 */
export async function startVirtualScreen(
  options: VirtualScreenOptions,
  signal: AbortSignal,
): Promise<{ child: Child; screen: Screen }> {
  const { size, authorityFile, log, machine } = options;
  const cookie = crypto.getRandomValues(new Uint8Array(16));
  await Deno.remove(authorityFile).catch(ignoreNotFound);
  await Deno.writeFile(authorityFile, xauthorityEntry(cookie), { mode: 0o600, createNew: true });
  const number = Promise.withResolvers<string>();
  const child = await startReadyChild({
    name: "Xvfb",
    machine,
    command: PROGRAMS.xvfb,
    args: [
      // Writes the number it found free to standard output, once it listens.
      ...["-displayfd", "1"],
      ...["-screen", "0", `${size.width}x${size.height}x24`],
      ...["-auth", authorityFile],
      ...["-nolisten", "tcp"],
      // Without it the server starts afresh whenever its last client leaves.
      "-noreset",
    ],
    onLine(line) {
      log.debug("xvfb says", { line });
      if (/^\d+$/.test(line)) number.resolve(line);
    },
    ready: async () => void await number.promise,
  }, signal);
  return { child, screen: { display: `:${await number.promise}`, authorityFile } };
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
