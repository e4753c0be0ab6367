/**
 * A file with new content and everything else as it was.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic_file.ts";
import { errorText } from "../core/error_text.ts";
import { Fault } from "../core/fault.ts";
import { shownValue } from "../core/text_fault.ts";
import { loadText } from "./load.ts";

/**
 * Replaces the content of an existing file in one step; mode and owner stay, and a symbolic link
 * stays a link.
 *
 * @param path The file.
 * @param before What was read of it: what somebody else wrote meanwhile is not overwritten.
 * @param text Its new content.
 * @throws {Fault} When it cannot be written, or has changed; the content is untouched.
 */
export async function writeInPlace(path: string, before: string, text: string): Promise<void> {
  try {
    const target = await Deno.realPath(path);
    if (await loadText(Deno.readFile, "file", target) !== before) {
      throw new Fault("it has changed since it was read, must be run again");
    }
    const { mode, uid, gid } = await Deno.stat(target);
    const owner = uid !== null && gid !== null ? { uid, gid } : undefined;
    await writeFileAtomic(target, text, {
      mode: (mode ?? 0o644) & 0o7777,
      ...(owner === undefined ? {} : { owner }),
    });
  } catch (error) {
    throw new Fault(`Cannot write ${shownValue(path)}: ${errorText(error)}`, { cause: error });
  }
}
