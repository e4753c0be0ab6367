/**
 * `hearth token new` and `hearth token check`.
 *
 * A token is written to standard output once and is read from standard input or a file; it is never
 * an argument, since anybody on the machine can read those.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { defineCommand, parseCommand, usageFault } from "../../core/command.ts";
import { errorText } from "../../core/error_text.ts";
import { Fault } from "../../core/fault.ts";
import type { ProgramContext } from "../../core/program.ts";
import { runSubcommand } from "../../core/subcommands.ts";
import type { Secret } from "../../core/secret.ts";
import { pathText } from "../../core/text_fault.ts";
import { BearerTokenError, parseBearerToken } from "../bearer_token.ts";
import { findSubject, type Subject, tokenDigest } from "./access_rules.ts";
import { newToken } from "./new_token.ts";
import { AccessFileError, parseAccessFile } from "./parse_access_file.ts";

/** Where an admin keeps the access file. */
const DEFAULT_ACCESS_FILE = "/etc/hearth/access.yaml";

/**
 * Runs one of them.
 *
 * @param context The program's; the first argument says which.
 * @throws {Fault} When the usage is wrong, or the token is nobody's.
 */
export function runToken(context: ProgramContext): Promise<number | void> {
  return runSubcommand(context, {
    name: "hearth token",
    description: "Make a token for a subject of the access file, or say what one may read.",
    commands: {
      new: { does: "print a new token, once, and what to add to the access file", run: runNew },
      check: { does: "say whose a token is and what it may read", run: runCheck },
    },
    examples: [
      ["hearth token new --subject alice --sites example.com", "a token and the YAML for it"],
      ["hearth token check < token", "what a token may read"],
      ["hearth token new --help", "the options of a command"],
    ],
  });
}

function runNew({ args, print }: ProgramContext): void {
  const command = defineCommand({
    name: "hearth token new",
    description: "Print a new token, once, and what to add to the access file for it.",
    examples: [
      ["hearth token new --subject alice --sites example.com,app.example.org", "two sites"],
      ["hearth token new --subject bob --sites '*' --deny bank.example", "all sites but one"],
      ["hearth token new --subject carol --sites example.com --expires 2027-01-31", "until a day"],
    ],
  }).requiredOption("--subject <name>", "whom it is for")
    .requiredOption("--sites <list>", 'sites and hosts, with commas; "*" for all')
    .option("--deny <list>", "sites and hosts to take away")
    .option("--expires <time>", "a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z")
    .option("--no-session-cookies", "without cookies that end with the browser");
  if (parseCommand(command, args) === "done") return;
  const { subject, sites, deny, expires, sessionCookies } = command.opts();
  try {
    const { token, digest, yaml } = newToken({
      subject,
      sites: list(sites),
      deny: list(deny ?? ""),
      expires,
      hasNoSessionCookies: !sessionCookies,
    });
    print(`${token.reveal()}

That is the token, shown this once: give it to ${subject}, whose refresh reads it from
~/.config/playwright/token (0600). Add this to the access file, or, where ${subject} is in it
already, only the digest to the list of tokens:

${yaml}
The digest: ${digest}
`);
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    const faults = error.faults.map(({ path, message }) =>
      `${path.length > 2 ? pathText(path.slice(2)) : "subject"} ${message}`
    );
    throw usageFault(`Cannot make a token: ${faults.join("; ")}`, "hearth token new");
  }
}

async function runCheck({ args, print }: ProgramContext): Promise<number> {
  const command = defineCommand({
    name: "hearth token check",
    description: "Say whose a token is and what it may read. The token comes from standard input.",
    examples: [
      ["hearth token check < ~/.config/playwright/token", "by the access file of this machine"],
      ["hearth token check --token-file t --access-file access.yaml", "by another one"],
      ["hearth sites --url URL --token-file t", "what a server gives to it now"],
    ],
    exitCodes: { 0: "it is somebody's", 1: "it is nobody's", 2: "wrong usage or access file" },
  }).option("--token-file <file>", "read the token from a file")
    .option("--access-file <file>", "the access file", DEFAULT_ACCESS_FILE);
  if (parseCommand(command, args) === "done") return 0;
  const { tokenFile, accessFile } = command.opts();
  const token = await readShownToken(tokenFile);
  const rules = await readRules(accessFile);
  const digest = tokenDigest(token.reveal());
  const subject = findSubject(rules, digest, -Infinity);
  if (subject === undefined) {
    throw new Fault(`The token is nobody's in "${accessFile}": make one with "hearth token new"`);
  }
  print(subjectText(subject, systemClock.now()));
  return systemClock.now() >= (subject.expiresMs ?? Infinity) ? 1 : 0;
}

function subjectText({ name, digests, grant, expiresMs }: Subject, nowMs: number): string {
  const end = expiresMs === undefined ? "never" : new Date(expiresMs).toISOString();
  const lines = [
    ["subject", name],
    ["sites", grant.sites === "*" ? "all" : grant.sites.join(", ")],
    ["denied", grant.deny.join(", ") || "-"],
    ["session cookies", grant.hasNoSessionCookies ? "withheld" : "given"],
    ["tokens", String(digests.length)],
    ["expires", expiresMs !== undefined && nowMs >= expiresMs ? `${end} (it has expired)` : end],
  ];
  return lines.map(([what, value]) => `${what?.padEnd(16)} ${value}\n`).join("");
}

async function readShownToken(file: string | undefined): Promise<Secret> {
  const source = file === undefined ? "standard input" : `"${file}"`;
  try {
    const text = file === undefined
      ? await new Response(Deno.stdin.readable).text()
      : await Deno.readTextFile(file);
    return parseBearerToken(text);
  } catch (error) {
    const why = error instanceof BearerTokenError ? error.message : errorText(error);
    throw new Fault(`Cannot read the token from ${source}: ${why}`, {
      code: "usage",
      cause: error,
    });
  }
}

async function readRules(path: string) {
  try {
    return parseAccessFile(await Deno.readTextFile(path));
  } catch (error) {
    throw new Fault(`Cannot use access file "${path}": ${errorText(error)}`, {
      code: "config",
      cause: error,
    });
  }
}

function list(text: string): readonly string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}
