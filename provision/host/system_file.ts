/**
 * The files of `systemd/` that a machine gets as they are, each where its folder says.
 *
 * @module
 */

/** A file of the machine, and what is in it. */
export interface SystemFile {
  /** What it is for, which says when it is installed. */
  readonly kind: SystemFileKind;
  /** Where. */
  readonly path: string;
  /** What is in it. */
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** What a file is for. */
export type SystemFileKind = "unit" | "accounts" | "directories" | "sudoers" | "shell";

/** One folder of `systemd/`, and where its files go. */
interface Folder {
  readonly kind: SystemFileKind;
  readonly to: string;
  readonly mode: number;
}

const FOLDERS: Readonly<Record<string, Folder>> = {
  "system": { kind: "unit", to: "/etc/systemd/system", mode: 0o644 },
  "sysusers.d": { kind: "accounts", to: "/etc/sysusers.d", mode: 0o644 },
  "tmpfiles.d": { kind: "directories", to: "/etc/tmpfiles.d", mode: 0o644 },
  "sudoers.d": { kind: "sudoers", to: "/etc/sudoers.d", mode: 0o440 },
  "profile.d": { kind: "shell", to: "/etc/profile.d", mode: 0o644 },
  "bash_completion.d": { kind: "shell", to: "/etc/bash_completion.d", mode: 0o644 },
  "zsh": { kind: "shell", to: "/usr/local/share/zsh/site-functions", mode: 0o644 },
  "fish": { kind: "shell", to: "/etc/fish/conf.d", mode: 0o644 },
  "skel": { kind: "shell", to: "/etc/skel", mode: 0o644 },
};

/** The launcher is everybody's command too, also of those whose home was there before. */
const LAUNCHER = { from: "skel/start-claude.sh", to: "/usr/local/bin/start-claude" };

/**
 * Where the files of `systemd/` go.
 *
 * @param sources Their contents by path below `systemd/`, such as `system/t3-dispatch.service`.
 * @returns By path; files that stand in no folder of a machine, such as the rules, are left out.
 */
export function systemFiles(sources: ReadonlyMap<string, Uint8Array>): readonly SystemFile[] {
  const files: SystemFile[] = [];
  for (const [from, content] of sources) {
    const slash = from.indexOf("/");
    const folder = slash < 0 ? undefined : FOLDERS[from.slice(0, slash)];
    if (folder === undefined) continue;
    const { kind, to } = folder;
    const mode = isScript(content) ? 0o755 : folder.mode;
    files.push({ kind, path: `${to}/${from.slice(slash + 1)}`, content, mode });
    if (from === LAUNCHER.from) files.push({ kind, path: LAUNCHER.to, content, mode });
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Whether it begins with `#!`. */
function isScript(content: Uint8Array): boolean {
  return content[0] === 0x23 && content[1] === 0x21;
}
