/**
 * Wires one agent of a user to the user's own MCP server, in every directory.
 *
 * @module
 */
import type { Account } from "../../roster/derive.ts";
import type { PlanContext } from "../file_step.ts";
import type { Steps } from "../item.ts";
import { shellQuote } from "../programs/shell_quote.ts";
import { type AgentConfig, serverUrl } from "./agent_config.ts";
import { findProgram } from "./find_program.ts";
import { homeOwner } from "./read_config.ts";
import { judgeWiring, shownAddress, textDigest, type Verdict, wiringKey } from "./judge_wiring.ts";

/**
 * Plans the wiring of one agent.
 *
 * @param context The user's scope.
 * @param account The user, whose account and home are right.
 * @param config The agent's configuration.
 */
export function* wireStep(context: PlanContext, account: Account, config: AgentConfig): Steps {
  const { host, items } = context;
  const { os_user: user } = account;
  const { agent, program } = config;
  const resource = `wiring of ${agent}`;
  const owner = homeOwner(host, user);
  if (owner === undefined) {
    yield items.skipped(resource, `there is no account ${user}`);
    return;
  }
  const url = serverUrl(account.playwright_port);
  const marks = [{ key: wiringKey(config), digest: textDigest(url) }];
  const verdict = judgeWiring(context, owner, config, url);
  switch (verdict.kind) {
    case "right":
      yield items.ok(resource, verdict.isPlain ? marks : undefined);
      return;
    case "leave": {
      const fix = verdict.isByHand ? byHand(user, config, url) : undefined;
      yield items.warning(resource, `${verdict.why}; ${agent} does not use ${url}`, fix);
      return;
    }
  }
  const { target, text, cause, replaced } = verdict;
  const content = config.fileWith(url);
  const change = {
    cause,
    summary: `wire ${agent} of ${user} to ${url}`,
    diff: diffOf(verdict, url),
  };
  if (program === undefined) {
    yield items.change(resource, {
      ...change,
      action: {
        kind: "write_file",
        path: target,
        content: new TextEncoder().encode(content),
        mode: 0o600,
        owner: { user, group: user },
        as: user,
        before: text === undefined ? undefined : textDigest(text),
      },
      marks: [...marks, { key: target, digest: textDigest(content) }],
    });
    return;
  }
  const command = findProgram(host, owner.home, program.name);
  if (command === undefined) {
    const then = `a run after it is installed wires it`;
    yield items.skipped(resource, `${user} has no program "${program.name}"; ${then}`);
    return;
  }
  const removal = replaced === undefined || program.remove === undefined ? [] : [program.remove];
  yield items.change(resource, {
    ...change,
    action: {
      kind: "wire_agent",
      user,
      agent,
      commands: [...removal, program.add(url)].map((args) => [command, ...args]),
      url,
      foreseen: { path: target, content },
    },
    marks,
  });
}

function diffOf({ replaced }: Extract<Verdict, { kind: "wire" }>, url: string): readonly string[] {
  const added = `+ playwright at ${new URL(url).host}`;
  return replaced === undefined ? [added] : [`- playwright${shownAddress(replaced.url)}`, added];
}

/** What a person can do where the provisioner may not. */
function byHand(user: string, { program, fileWith }: AgentConfig, url: string): string {
  if (program === undefined) {
    return `add to it: ${fileWith(url).replaceAll(/\s+/g, " ").trim()}`;
  }
  const lines = [...(program.remove === undefined ? [] : [program.remove]), program.add(url)]
    .map((args) => [program.name, ...args].map(shellQuote).join(" "));
  return `runuser -l ${user} -c ${shellQuote(lines.join("; "))}`;
}
