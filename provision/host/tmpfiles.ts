/**
 * What a file of tmpfiles.d(5) declares: directories. What it only cleans is systemd's to do.
 *
 * systemd makes them at boot; the provisioner makes them at once, so that nothing waits for one.
 *
 * @module
 */
import type { WantedAccess } from "./access_step.ts";

/**
 * Reads a file of ours.
 *
 * @param text Its text.
 * @throws {SyntaxError} When a line makes anything but a directory with mode, owner and group.
 */
export function parseTmpfiles(text: string): readonly WantedAccess[] {
  const directories: WantedAccess[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "" || /^(?:#|e\s)/.test(line)) continue;
    const match = /^d\s+(\/\S+)\s+([0-7]{4})\s+(\S+)\s+(\S+)(?:\s+-)*\s*$/.exec(line);
    const [, path, mode, user, group] = match ?? [];
    if (path === undefined || mode === undefined || user === undefined || group === undefined) {
      throw new SyntaxError(`Cannot read line ${at + 1} of tmpfiles: "${line}"`);
    }
    directories.push({ path, mode: parseInt(mode, 8), owner: { user, group } });
  }
  return directories;
}
