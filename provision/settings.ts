/**
 * `provision.yaml`: what is true of a box besides who may use it. Everything has a default.
 *
 * @module
 */
import { z } from "zod";
import { Fault } from "../core/fault.ts";
import { readStrictYaml } from "../core/strict_yaml.ts";
import { faultText, shownValue } from "../core/text_fault.ts";
import { checkShape } from "../core/yaml_shape.ts";
import { HOST_SETTINGS } from "./host/host_settings.ts";
import { hasUser, parseSource, type SecretSource } from "./secrets/secret_source.ts";

const URL_RULE = "must be an http: or https: URL without a user or password";
const SOURCE_RULE = 'must be "vault:PATH#KEY", "file:/PATH" or "env:NAME"';
const TOKEN_RULE = 'must be "generate", "vault:PATH#KEY", "file:/PATH" or "env:NAME"';
const PATH_RULE = "must be an absolute path";

const HTTP_URL = z.string(URL_RULE).refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}, URL_RULE);
const SOURCE = z.string(SOURCE_RULE).transform((text, context) => {
  const source = sourceOf(text, context);
  if (source !== undefined && hasUser(source)) {
    context.addIssue({ code: "custom", message: "must be one for all, without {user}" });
  }
  return source ?? z.NEVER;
});
const TOKEN = z.string(TOKEN_RULE).transform((text, context) =>
  text === "generate" ? text : sourceOf(text, context) ?? z.NEVER
);
const PATH = z.string(PATH_RULE).regex(/^\/[^\0]*$/, PATH_RULE);

const SETTINGS = z.strictObject({
  snapshot: z.strictObject({
    url: HTTP_URL.describe("The snapshot server's address, with /api/snapshot"),
    token: TOKEN.prefault("generate")
      .describe(
        "generate: a token of each user's own, made here; or where it is: with {user} one each, " +
          "without one for all, which opens every site to everyone",
      ),
  }, "must be a map with url").optional()
    .describe("Where logged-in state comes from; without it nobody gets any"),
  access_file: PATH.default("/etc/hearth/access.yaml")
    .describe("The access file for the snapshot server: who may have which sites"),
  k8s_users: PATH.optional()
    .describe("JSON object of the cluster's users and their roles, to check tiers against"),
  claude_installer: HTTP_URL.nullable().default("https://claude.ai/install.sh")
    .describe("Claude's own installer, run as each user; null for none"),
  claude_token: SOURCE.optional()
    .describe("A shared login of Claude, for users who are no admins and have none of their own"),
  codex_auth: SOURCE.optional()
    .describe("A shared login of Codex, put in /opt/codex-shared/auth.json"),
  host: HOST_SETTINGS.prefault({}).describe("What is true of the machine, whoever uses it"),
}, "must be a map");

/** What is true of a box besides who may use it. */
export type Settings = Readonly<z.output<typeof SETTINGS>>;

/**
 * Reads the settings.
 *
 * @param text The file's content; empty for nothing but defaults.
 * @param path The file, for the sentence.
 * @throws {Fault} With code `config`, naming every fault at once.
 */
export function parseSettings(text: string, path: string): Settings {
  const yaml = readStrictYaml(text);
  const result = checkShape(yaml, [], yaml.value ?? {}, SETTINGS, mayShow);
  const faults = [...yaml.faults, ...(result.isValid ? [] : result.faults)];
  if (faults.length === 0 && result.isValid) return result.value;
  const sentences = faults.map(faultText).join("; ");
  throw new Fault(`Cannot read settings ${shownValue(path)}: ${sentences}`, { code: "config" });
}

function sourceOf(text: string, context: z.RefinementCtx): SecretSource | undefined {
  const result = parseSource(text);
  if (result.isValid) return result.source;
  for (const message of result.faults) context.addIssue({ code: "custom", message });
}

/** A password may stand in an address, and a secret in place of where it is. */
function mayShow(path: readonly string[]): boolean {
  return path[0] === "host" ||
    !["url", "token", "claude_token", "codex_auth", "claude_installer"].includes(path.at(-1) ?? "");
}

/** The JSON Schema that editors check settings with. */
export function settingsJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(SETTINGS, { io: "input" });
}
