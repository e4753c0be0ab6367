/**
 * Files and directories below a home, made by the user themself.
 *
 * One constant shell script does it, run as the user with nothing of root's: whatever links the
 * user laid, nothing is written that the user could not write. The content comes over standard
 * input; one that ends early, since we were killed, is never put in place.
 *
 * @module
 */
import { contentBytes } from "../digest.ts";
import { DONE, type Outcome } from "../item.ts";
import { octal } from "../file_step.ts";
import { failed } from "./outcome.ts";
import type { ActionOf } from "./performers.ts";
import { lastLine } from "./printable.ts";
import type { Identity, RunTool } from "./run_tool.ts";

const SH = "/bin/sh";

/**
 * Arguments: path, mode, size in bytes, a random id. Input: a line with the SHA-256 of what is
 * replaced, or `absent`, which is nobody else's to see; then the content.
 *
 * `ln` instead of a rename where nothing is there: it never replaces.
 */
const WRITE = `set -euC
umask 077
path=$1 mode=$2 size=$3 id=$4
IFS= read -r before
directory=\${path%/*}
name=\${path##*/}
[ -d "$directory" ] || mkdir -p -- "$directory"
rm -f -- "$directory/.$name."????????-????-????-????-????????????.tmp
temporary=$directory/.$name.$id.tmp
trap 'rm -f -- "$temporary"' EXIT
cat > "$temporary"
[ "$(stat -c %s -- "$temporary")" = "$size" ] || { echo "its content was cut short" >&2; exit 1; }
chmod -- "$mode" "$temporary"
sync -- "$temporary"
if [ "$before" = absent ]; then
  if [ -e "$path" ] || [ -L "$path" ]; then
    echo "it was not there when it was planned" >&2
    exit 1
  fi
  ln -T -- "$temporary" "$path"
else
  sum=
  if [ -f "$path" ] && [ ! -L "$path" ]; then sum=$(sha256sum < "$path"); fi
  if [ "\${sum%% *}" != "$before" ]; then
    echo "it changed since it was planned" >&2
    exit 1
  fi
  mv -T -f -- "$temporary" "$path"
fi
sync -- "$directory"
`;

/** Arguments: path and mode. */
const MAKE_DIRECTORY = `set -eu
umask 077
parent=\${1%/*}
[ -d "$parent" ] || mkdir -p -- "$parent"
mkdir -m "$2" -- "$1"
sync -- "$parent"
`;

/** Arguments: path and mode. */
const CHANGE_MODE = `set -eu
if [ -L "$1" ]; then echo "it is a link" >&2; exit 1; fi
chmod -- "$2" "$1"
`;

/** Replaces a file in one step, where it is still what was planned on. */
export function writeFileAs(
  action: ActionOf<"write_file">,
  as: Identity,
  runTool: RunTool,
): Promise<Outcome> {
  const { path, mode, before } = action;
  const content = contentBytes(action.content);
  const line = new TextEncoder().encode(`${before ?? "absent"}\n`);
  const stdin = new Uint8Array(line.length + content.length);
  stdin.set(line);
  stdin.set(content, line.length);
  const args = [path, octal(mode), `${content.length}`, crypto.randomUUID()];
  return runScript(`write ${path}`, WRITE, args, as, runTool, stdin);
}

/** Makes a directory, and those above it that are missing. */
export function makeDirectoryAs(
  { path, mode }: ActionOf<"make_directory">,
  as: Identity,
  runTool: RunTool,
): Promise<Outcome> {
  return runScript(`make directory ${path}`, MAKE_DIRECTORY, [path, octal(mode)], as, runTool);
}

/** Sets the permission bits of a file or directory that is the user's. */
export function changeModeAs(
  { path, mode }: ActionOf<"change_mode">,
  as: Identity,
  runTool: RunTool,
): Promise<Outcome> {
  return runScript(`set the mode of ${path}`, CHANGE_MODE, [path, octal(mode)], as, runTool);
}

async function runScript(
  what: string,
  script: string,
  args: readonly string[],
  as: Identity,
  runTool: RunTool,
  stdin?: Uint8Array,
): Promise<Outcome> {
  const end = await runTool({
    command: SH,
    args: ["-c", script, "sh", ...args],
    as,
    ...(stdin === undefined ? {} : { stdin }),
  });
  if (end.trouble === undefined) return DONE;
  return failed(`Cannot ${what} as "${as.user}": ${lastLine(end.stderr) ?? end.trouble}`);
}
