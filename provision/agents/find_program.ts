/**
 * Where a user's program is.
 *
 * @module
 */
import type { HostView } from "../host_view.ts";
import { followLink } from "./follow_link.ts";

/** Directories that users' programs are looked for in, the user's own first. */
export function programDirectories(home: string): readonly string[] {
  // Node's is last: some agents are scripts of Node, which a machine may have in no other place.
  return [
    `${home}/.local/bin`,
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/opt/hearth/node/current/bin",
  ];
}

/** Whether a path is a program; a link that leads nowhere is none. */
export function isProgram(host: HostView, path: string): boolean {
  const { fact } = followLink(host, path);
  return fact.kind === "file" && (fact.mode & 0o111) !== 0;
}

/**
 * The path of a program as a user would start it.
 *
 * @param host The machine.
 * @param home The user's home.
 * @param name The program.
 */
export function findProgram(host: HostView, home: string, name: string): string | undefined {
  return programDirectories(home).map((directory) => `${directory}/${name}`)
    .find((path) => isProgram(host, path));
}
