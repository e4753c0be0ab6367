/**
 * The users of a dev box, from what its units read.
 *
 * @module
 */
import { namesIn, readText } from "./read_text.ts";

/** A user, with what the units are told. */
export interface BoxUser {
  /** The account. */
  readonly user: string;
  /** Its number; `undefined` where there is no account. */
  readonly uid: number | undefined;
  /** Its group's number. */
  readonly gid: number | undefined;
  /** Its home. */
  readonly home: string;
  /** The port of the MCP server. */
  readonly mcpPort: number | undefined;
  /** The port of t3. */
  readonly t3Port: number | undefined;
  /** Where the snapshot is. */
  readonly snapshotUrl: string | undefined;
}

/**
 * Reads them; nobody where the files may not be read.
 *
 * @param directory Where the units' files are: `/etc/t3-serve`.
 * @param passwdPath The accounts: `/etc/passwd`.
 */
export async function gatherUsers(
  directory: string,
  passwdPath = "/etc/passwd",
): Promise<readonly BoxUser[]> {
  const accounts = parseAccounts(await readText(passwdPath) ?? "");
  const users: BoxUser[] = [];
  for (const name of await namesIn(directory)) {
    const user = /^playwright-(.+)\.env$/.exec(name)?.[1];
    if (user === undefined) continue;
    const text = await readText(`${directory}/${name}`);
    if (text === undefined) continue;
    const variables = parseVariables(text);
    const ofT3 = parseVariables(await readText(`${directory}/${user}.env`) ?? "");
    users.push({
      user,
      uid: accounts.get(user)?.uid,
      gid: accounts.get(user)?.gid,
      home: accounts.get(user)?.home ?? `/home/${user}`,
      mcpPort: portIn(variables, "PLAYWRIGHT_PORT"),
      t3Port: portIn(ofT3, "T3_PORT"),
      snapshotUrl: variables.get("PLAYWRIGHT_SNAPSHOT_URL"),
    });
  }
  return users;
}

/** A port among variables; `undefined` where there is none. */
export function portIn(variables: ReadonlyMap<string, string>, name: string): number | undefined {
  const port = Number(variables.get(name));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** Variables of an `EnvironmentFile=` (systemd.exec(5)), as simple as ours are. */
export function parseVariables(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) found.set(name, (value ?? "").replace(/^(["'])(.*)\1$/, "$2"));
  }
  return found;
}

/** Accounts of passwd(5), by name. */
export function parseAccounts(
  text: string,
): ReadonlyMap<string, { readonly uid: number; readonly gid: number; readonly home: string }> {
  return new Map(
    text.split("\n").map((line) => line.split(":")).filter((fields) => fields.length === 7)
      .map(([name = "", , uid, gid, , home = ""]) => [
        name,
        { uid: Number(uid), gid: Number(gid), home },
      ]),
  );
}
