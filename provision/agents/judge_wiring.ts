/**
 * Whether an agent of a user calls the user's own MCP server, and whether it may be made to.
 *
 * What a user wrote is never rewritten: an entry of the same name that is not ours stays, and so
 * does a file that cannot be read.
 *
 * @module
 */
import { digestOf } from "../digest.ts";
import type { PlanContext } from "../file_step.ts";
import type { Cause } from "../item.ts";
import { type AgentConfig, ENTRY_NAME, type McpEntry } from "./agent_config.ts";
import { type HomeOwner, obstacle, readConfig } from "./read_config.ts";

/** What is to be done about one agent. */
export type Verdict =
  /** It calls the address. `isPlain`: by an entry as we would write it. */
  | { readonly kind: "right"; readonly isPlain: boolean }
  /** It does not, and is left alone: a sentence, and whether a person may wire it themselves. */
  | { readonly kind: "leave"; readonly why: string; readonly isByHand: boolean }
  | {
    readonly kind: "wire";
    readonly cause: Cause;
    /** The file that changes. */
    readonly target: string;
    /** What is in it; `undefined` where there is none. */
    readonly text: string | undefined;
    /** Our entry of before, with another address. */
    readonly replaced: McpEntry | undefined;
  };

/** The key under which it is recorded what we wired an agent to. */
export function wiringKey(config: AgentConfig): string {
  return `wiring#${config.agent}`;
}

/**
 * Judges one agent.
 *
 * @param context The user's scope.
 * @param owner The user.
 * @param config The agent's configuration.
 * @param url The address it should call.
 */
export function judgeWiring(
  context: PlanContext,
  owner: HomeOwner,
  config: AgentConfig,
  url: string,
): Verdict {
  const { host, applied } = context;
  const leave = (why: string, isByHand = false): Verdict => ({ kind: "leave", why, isByHand });
  let found: { readonly path: string; readonly entry: McpEntry } | undefined;
  for (const path of config.files(host, owner.home)) {
    const file = readConfig(host, path, owner);
    if (file.kind === "unfit") return leave(file.why);
    if (file.kind === "absent") continue;
    const parsed = config.parse(file.text);
    if (!parsed.isValid) return leave(`${path} ${parsed.reason}`);
    if (parsed.entry !== undefined) found ??= { path, entry: parsed.entry };
  }
  if (found !== undefined && isSameUrl(found.entry.url, url)) {
    return { kind: "right", isPlain: found.entry.isPlain };
  }
  const target = config.target(host, owner.home);
  const file = readConfig(host, target, owner);
  if (file.kind === "unfit") return leave(file.why);
  const isOurs = found === undefined ||
    (found.path === target && found.entry.isPlain && found.entry.url !== undefined &&
      applied.isOurs(wiringKey(config), textDigest(found.entry.url)));
  if (!isOurs) {
    const there = `another server named "${ENTRY_NAME}"${shownAddress(found?.entry.url)}`;
    return leave(`${found?.path} has ${there}, which is left as it is`, true);
  }
  if (file.kind === "text" && file.isLinked) {
    return leave(`${target} is a link, and what it leads to is left as it is`, true);
  }
  const text = file.kind === "text" ? file.text : undefined;
  const isPopulated = text !== undefined && text.trim() !== "";
  if (config.program === undefined && isPopulated && !applied.isOurs(target, textDigest(text))) {
    return leave(`${target} is the user's own and is left as it is`, true);
  }
  const blocked = obstacle(host, target, owner);
  if (blocked !== undefined) return leave(blocked);
  const cause = found !== undefined
    ? "intent"
    : applied.has(wiringKey(config))
    ? "drift"
    : "missing";
  return { kind: "wire", cause, target, text, replaced: found?.entry };
}

/** The digest of a text. */
export function textDigest(text: string): string {
  return digestOf(new TextEncoder().encode(text));
}

/** An address for a person. It may hold a token: only host and port are told. */
export function shownAddress(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return "";
  return ` at ${new URL(url).host.slice(0, 80)}`;
}

function isSameUrl(found: string | undefined, url: string): boolean {
  return found !== undefined && URL.canParse(found) && new URL(found).href === new URL(url).href;
}
