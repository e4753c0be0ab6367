/**
 * Locks of `/etc/passwd` and its like that nobody holds any more.
 *
 * `useradd` and its like lock each file by a file beside it that holds their process id, and
 * remove one whose process is gone. They give up, on every later run, where that number belongs to
 * another process by now, as it easily does after a reboot, and where a power cut emptied the file
 * ("existing lock file /etc/passwd.lock without a PID"; shadow's lib/commonio.c).
 *
 * @module
 */
import { DONE, type Outcome } from "../item.ts";
import { fileBytes } from "./read_file.ts";
import { readTool } from "./read_tool.ts";

const CAT = "/usr/bin/cat";

const LOCKED = ["passwd", "shadow", "group", "gshadow", "subuid", "subgid"];

/** Programs that take these locks, as the kernel names their processes. */
const HOLDERS = new Set([
  ...["chage", "chfn", "chgpasswd", "chpasswd", "chsh", "gpasswd", "groupadd", "groupdel"],
  ...["groupmems", "groupmod", "grpck", "grpconv", "grpunconv", "lchage", "newusers", "passwd"],
  ...["pwck", "pwconv", "pwunconv", "useradd", "userdel", "usermod", "vigr", "vipw"],
]);

/** A tool holds its lock for milliseconds, and those who hold it longer are known by name. */
const STALE_AFTER_MS = 60_000;

/**
 * Removes each lock that no tool holds.
 *
 * @param nowMs The time, in milliseconds since 1970.
 * @param directory Where they are.
 */
export async function freeAccountLocks(nowMs: number, directory = "/etc"): Promise<Outcome> {
  for (const name of LOCKED) {
    const path = `${directory}/${name}.lock`;
    const bytes = fileBytes(path, undefined);
    if (bytes === undefined || isHeld(new TextDecoder().decode(bytes))) continue;
    try {
      const { mtime } = await Deno.lstat(path);
      if (nowMs - (mtime?.getTime() ?? nowMs) > STALE_AFTER_MS) await Deno.remove(path);
    } catch (error) {
      // It was let go of meanwhile.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return DONE;
}

/**
 * Whether a tool may hold it still. Of a process that is gone the tools find out themselves, and one
 * that cannot be seen, from a unit with `ProtectProc=invisible` say, may be an admin's `vipw`.
 */
function isHeld(content: string): boolean {
  const pid = /^\d+/.exec(content)?.[0];
  if (pid === undefined) return false;
  const { stdout, trouble } = readTool(CAT, [`/proc/${pid}/comm`]);
  return trouble !== undefined || HOLDERS.has(stdout.trim());
}
