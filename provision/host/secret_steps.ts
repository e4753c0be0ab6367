/**
 * Secrets that the machine keeps for its users, staged from where the settings say.
 *
 * A source that cannot be reached changes nothing: what was staged before stays, with a warning.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import { digestOf } from "../digest.ts";
import { fileStep, type PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import type { SecretResult } from "../secrets/secret_result.ts";
import { accessStep } from "./access_step.ts";
import { directoryStep } from "./directory_step.ts";

/** One token of the snapshot server for every user of the box. */
export const SNAPSHOT_TOKEN_FILE = "/etc/t3-serve/chrome-service-token";
/** The shared login of Claude; who gets it is decided for each user. */
export const CLAUDE_TOKEN_FILE = "/etc/t3-serve/claude-token";
/** The shared login of Codex. */
export const CODEX_AUTH_FILE = "/opt/codex-shared/auth.json";
/** Who may use the shared login of Codex. */
export const CODEX_GROUP = "codex-shared";

/** What came of reading the secrets that the settings name; those they do not name are left out. */
export interface StagedSecrets {
  /** For {@linkcode SNAPSHOT_TOKEN_FILE}. */
  readonly snapshotToken?: SecretResult;
  /** For {@linkcode CLAUDE_TOKEN_FILE}. */
  readonly claudeToken?: SecretResult;
  /** For {@linkcode CODEX_AUTH_FILE}. */
  readonly codexAuth?: SecretResult;
}

/** Plans every staged secret. */
export function* secretSteps(context: PlanContext, staged: StagedSecrets): Steps {
  const { snapshotToken, claudeToken, codexAuth } = staged;
  if (snapshotToken !== undefined) {
    yield* tokenFile(context, SNAPSHOT_TOKEN_FILE, snapshotToken);
  }
  if (claudeToken !== undefined) yield* tokenFile(context, CLAUDE_TOKEN_FILE, claudeToken);
  if (codexAuth !== undefined) yield* codexFile(context, codexAuth);
}

function* tokenFile(context: PlanContext, path: string, result: SecretResult): Steps {
  const secret = yield* known(context, path, result);
  if (secret === undefined) return;
  const content = new Secret(`${secret.reveal().trim()}\n`);
  yield* fileStep(context, { path, content, mode: 0o600, foreign: "replace" });
}

/**
 * Codex itself renews what is in the file, so what differs from the source is newer, not wrong: it
 * is replaced only when the source has something that was never put there.
 */
function* codexFile(context: PlanContext, result: SecretResult): Steps {
  const { host, applied, items } = context;
  const path = CODEX_AUTH_FILE;
  const secret = yield* known(context, path, result);
  if (secret === undefined) return;
  if (host.group(CODEX_GROUP) === undefined) {
    const made = yield items.change(`group ${CODEX_GROUP}`, {
      cause: "missing",
      summary: `make the group ${CODEX_GROUP}`,
      action: { kind: "create_group", group: CODEX_GROUP },
    });
    if (!made.isDone) return;
  }
  const owner = { user: "root", group: CODEX_GROUP };
  const directory = path.slice(0, path.lastIndexOf("/"));
  const kept = yield* directoryStep(context, { path: directory, mode: 0o2770, owner });
  if (!kept.isDone) return;
  const mode = 0o660;
  const isStaged = applied.isOurs(path, digestOf(secret));
  if (host.file(path).kind === "file" && isStaged) {
    yield* accessStep(context, { path, mode, owner });
    return;
  }
  // What a person put there may have been renewed since, too.
  yield* fileStep(context, {
    path,
    content: secret,
    mode,
    owner,
    foreign: applied.has(path) ? "replace" : "keep",
  });
}

/** The secret, or why there is none, told with what that means. */
function* known(
  { host, items }: PlanContext,
  path: string,
  result: SecretResult,
): Steps<Secret | undefined> {
  if (result.kind === "value") return result.secret;
  const kept = host.file(path).kind === "absent" ? "there is none yet" : "what is there stays";
  const resource = `file ${path}`;
  const sentence = `the secret for ${path} cannot be had: ${result.why}; ${kept}`;
  if (result.kind === "refused") yield items.error(resource, sentence);
  else yield items.warning(resource, sentence);
  return undefined;
}
