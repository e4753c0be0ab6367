/**
 * Reads the files a box is made from: roster, settings, port ledgers, the cluster's users.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";
import { Secret } from "../core/secret.ts";
import { derive } from "../roster/derive.ts";
import { loadLedger, loadRoles, loadRoster, loadText, type ReadBytes } from "../roster/load.ts";
import { OS_NAME } from "../roster/os_name.ts";
import { PLAYWRIGHT_PORTS, type PortLedger, T3_PORTS } from "../roster/port_ledger.ts";
import type { Roster } from "../roster/roster_schema.ts";
import { hasBlockingErrors, validateTiers } from "../roster/validate_tiers.ts";
import type { BoxInputs, SnapshotInput } from "./box.ts";
import type { SharedToken } from "./agents/claude_token.ts";
import { envValue } from "../core/env_file.ts";
import { type HostView, textOf } from "./host_view.ts";
import { mergePorts } from "./merge_ports.ts";
import { CLAUDE_TOKEN_FILE, SNAPSHOT_TOKEN_FILE, type StagedSecrets } from "./host/secret_steps.ts";
import type { SecretResult } from "./secrets/secret_result.ts";
import { hasUser, type SecretSource, sourceFor } from "./secrets/secret_source.ts";
import { parseSettings, type Settings } from "./settings.ts";
import type { TokenSource } from "./users/token_step.ts";

/** The files of a box, below one directory. */
export interface BoxFiles {
  /** Who may use it. */
  readonly roster: string;
  /** What else is true of it; may be absent. */
  readonly settings: string;
  /** Ports of the t3 instances; may be absent. */
  readonly ports: string;
  /** Ports of the MCP servers; may be absent. */
  readonly playwrightPorts: string;
}

/** The files of a directory, as they are named on every box. */
export function boxFiles(directory: string): BoxFiles {
  return {
    roster: `${directory}/roster.yaml`,
    settings: `${directory}/provision.yaml`,
    ports: `${directory}/ports.json`,
    playwrightPorts: `${directory}/playwright_ports.json`,
  };
}

/** What reading the files needs. */
export interface LoadDeps {
  /** Reads a file. */
  readonly read: ReadBytes;
  /** The machine, for ports that only it knows. */
  readonly host: HostView;
  /** Every account there is a record of. */
  readonly known: readonly string[];
  /** Reads a secret from where the settings say. */
  readonly readSecret: (source: SecretSource) => Promise<SecretResult>;
  /** Makes a token that nobody can guess. */
  readonly makeToken: () => Secret;
}

/** What was read; the rest of `BoxInputs` is code. */
export type LoadedBox = Omit<BoxInputs, "inHome" | "t3Keys"> & {
  /** The shared login of Claude: as its source has it, or as it was staged before. */
  readonly claudeToken: SharedToken;
};

/** Reads the settings; a box without them has the defaults. */
export async function loadSettings(read: ReadBytes, path: string): Promise<Settings> {
  return parseSettings(await orElse("", loadText(read, "settings", path)), path);
}

/**
 * Reads everything else.
 *
 * @throws {Fault} When a file is wrong, or the roster would cut everybody off at once.
 */
export async function loadBox(
  files: BoxFiles,
  settings: Settings,
  deps: LoadDeps,
): Promise<LoadedBox> {
  const { read, host, known } = deps;
  const { roster, hasUsersKey } = await loadRoster(read, files.roster);
  const present = new Set(roster.users.map(({ os_user }) => os_user));
  const gone = known.filter((user) => !present.has(user));
  if (gone.length > 0 && (present.size === 0 || !hasUsersKey)) {
    const rule = `must have one; it would cut off everybody (${gone.join(", ")})`;
    throw new Fault(`Cannot use roster "${files.roster}": it has no user, ${rule}`, {
      code: "config",
    });
  }
  const t3 = await orElse({ text: "", ledger: new Map() }, loadLedger(read, files.ports));
  const mcp = await orElse(
    { text: "", ledger: new Map() },
    loadLedger(read, files.playwrightPorts),
  );
  const found = portsOnBox(host);
  const mergedT3 = mergePorts(t3.ledger, found.t3, present, new Set(mcp.ledger.values()));
  const taken = new Set(mergedT3.ledger.values());
  const mergedMcp = mergePorts(mcp.ledger, found.mcp, present, taken);
  const derivation = derive(roster, { ports: mergedT3.ledger, playwrightPorts: mergedMcp.ledger });
  if (!derivation.isComplete) {
    throw new Fault(`Cannot derive from roster "${files.roster}": ${derivation.reason}`);
  }
  const { state } = derivation;
  const tierIssues = settings.k8s_users === undefined
    ? []
    : validateTiers(roster, await loadRoles(read, settings.k8s_users));
  if (hasBlockingErrors(tierIssues)) {
    const errors = tierIssues.filter(({ severity }) => severity === "error");
    throw new Fault(
      `Cannot use roster "${files.roster}": ${errors.map(({ message }) => message).join("; ")}`,
    );
  }
  const staged = await readStaged(settings, deps);
  const { snapshot, warnings } = await loadSnapshot(settings, roster, staged, deps);
  return {
    state,
    gone,
    tierIssues,
    snapshot,
    staged,
    claudeToken: settings.claude_token === undefined
      ? { kind: "none" }
      : sharedToken(host, CLAUDE_TOKEN_FILE, staged.claudeToken),
    accessFile: settings.access_file,
    ledgers: [
      { path: files.ports, ports: state.ports },
      { path: files.playwrightPorts, ports: state.playwright_ports },
    ],
    warnings: [...mergedT3.conflicts, ...mergedMcp.conflicts, ...warnings],
  };
}

/** The secrets that are one for all. */
async function readStaged(
  { snapshot, claude_token, codex_auth }: Settings,
  { readSecret }: LoadDeps,
): Promise<StagedSecrets> {
  const token = snapshot?.token;
  const isShared = token !== undefined && token !== "generate" && !hasUser(token);
  return {
    ...(isShared ? { snapshotToken: oneWord(await readSecret(token)) } : {}),
    ...(claude_token === undefined ? {} : { claudeToken: oneWord(await readSecret(claude_token)) }),
    ...(codex_auth === undefined ? {} : { codexAuth: await readSecret(codex_auth) }),
  };
}

async function loadSnapshot(
  { snapshot }: Settings,
  { users }: Roster,
  { snapshotToken }: StagedSecrets,
  { host, readSecret, makeToken }: LoadDeps,
): Promise<{ snapshot: SnapshotInput | undefined; warnings: readonly string[] }> {
  if (snapshot === undefined) return { snapshot: undefined, warnings: [] };
  const { url, token } = snapshot;
  if (token === "generate") {
    const source: TokenSource = { kind: "generate", make: makeToken };
    return { snapshot: { url, isPerUser: true, tokenOf: () => source }, warnings: [] };
  }
  if (!hasUser(token)) {
    const shared = sharedToken(host, SNAPSHOT_TOKEN_FILE, snapshotToken);
    const source: TokenSource = shared.kind === "value"
      ? shared
      : { kind: "unavailable", why: "the one for all cannot be had" };
    const warning = "one token opens every site to every user; the sites of the roster are not " +
      'kept apart (snapshot.token: "generate" does)';
    return { snapshot: { url, isPerUser: false, tokenOf: () => source }, warnings: [warning] };
  }
  const sources = new Map<string, TokenSource>();
  for (const { os_user, browser } of users) {
    if ((browser?.sites ?? []).length === 0) continue;
    const result = oneWord(await readSecret(sourceFor(token, os_user)));
    sources.set(
      os_user,
      result.kind === "value"
        ? { kind: "value", token: trimmed(result.secret) }
        : { kind: "unavailable", why: result.why },
    );
  }
  const none: TokenSource = { kind: "unavailable", why: "the user has no sites" };
  const tokenOf = (user: string) => sources.get(user) ?? none;
  return { snapshot: { url, isPerUser: true, tokenOf }, warnings: [] };
}

/** A secret that is one for all: from its source, or as it was staged while that could be reached. */
function sharedToken(
  host: HostView,
  path: string,
  result: SecretResult | undefined,
): Exclude<SharedToken, { kind: "none" }> {
  if (result?.kind === "value") return { kind: "value", token: trimmed(result.secret) };
  const text = textOf(host, path)?.trim();
  return text === undefined || text === ""
    ? { kind: "unavailable" }
    : { kind: "value", token: new Secret(text) };
}

/** A token goes into a header and a line of an env file, where a second word would be another thing. */
function oneWord(result: SecretResult): SecretResult {
  if (result.kind !== "value" || /^[\x21-\x7e]+$/.test(result.secret.reveal().trim())) {
    return result;
  }
  return { kind: "refused", why: "it is not one word, as a token is" };
}

function trimmed(secret: Secret): Secret {
  return new Secret(secret.reveal().trim());
}

/** The ports that env files on the box name, of users present and past. */
export function portsOnBox(host: HostView): { readonly t3: PortLedger; readonly mcp: PortLedger } {
  const [t3, mcp] = [new Map<string, number>(), new Map<string, number>()];
  const directory = "/etc/t3-serve";
  for (const name of host.names(directory)) {
    const match = /^(playwright-)?(.+)\.env$/.exec(name);
    const user = match?.[2];
    // A ledger with any other name in it is refused from then on.
    if (user === undefined || !OS_NAME.test(user)) continue;
    const isMcp = match?.[1] !== undefined;
    const { first, last } = isMcp ? PLAYWRIGHT_PORTS : T3_PORTS;
    const bytes = host.bytes(`${directory}/${name}`);
    const text = bytes && envValue(bytes, isMcp ? "PLAYWRIGHT_PORT" : "T3_PORT");
    const port = /^\d{4,5}$/.test(text ?? "") ? Number(text) : 0;
    if (port >= first && port <= last) (isMcp ? mcp : t3).set(user, port);
  }
  return { t3, mcp };
}

/** A file that may be absent. */
async function orElse<T>(fallback: T, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof Fault && error.cause instanceof Deno.errors.NotFound) return fallback;
    throw error;
  }
}
