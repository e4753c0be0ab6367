/**
 * A dev box as one list of scopes, in the order in which they are made: what the machine must know
 * first, each user, those who left, and the maps that name everybody.
 *
 * Pure: the same inputs and the same machine give the same plan.
 *
 * @module
 */
import { Secret } from "../core/secret.ts";
import type { Account, DerivedState } from "../roster/derive.ts";
import { ledgerText, parseLedger, type PortLedger } from "../roster/port_ledger.ts";
import type { RosterIssue } from "../roster/validate_tiers.ts";
import type { ScopePlan } from "./drive.ts";
import { fileStep, type PlanContext } from "./file_step.ts";
import { secretSteps, type StagedSecrets } from "./host/secret_steps.ts";
import { textOf } from "./host_view.ts";
import { MACHINE, type Steps } from "./item.ts";
import { accessText } from "./machine/access_text.ts";
import { planCut } from "./users/plan_cut.ts";
import { planUser, type WantedUser } from "./users/plan_user.ts";
import { TOKENS, type TokenSource } from "./users/token_step.ts";

/** Where a port ledger is kept, and how it is known to a person. */
export interface LedgerFile {
  /** The file. */
  readonly path: string;
  /** Every port, of users present and past. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Logged-in state, for those who may have it. */
export interface SnapshotInput {
  /** The server's address. */
  readonly url: string;
  /** Whether each user has a token of their own, so that their sites can be told apart. */
  readonly isPerUser: boolean;
  /** Where a user's token comes from. */
  readonly tokenOf: (user: string) => TokenSource;
}

/** What a box is made from. */
export interface BoxInputs {
  /** What the roster says, with ports. */
  readonly state: DerivedState;
  /** The port ledgers. */
  readonly ledgers: readonly LedgerFile[];
  /** Those who were here before and are not in the roster. */
  readonly gone: readonly string[];
  /** Where logged-in state comes from; `undefined` where there is none. */
  readonly snapshot: SnapshotInput | undefined;
  /** Secrets that are one for all, as their sources have them. */
  readonly staged: StagedSecrets;
  /** Where the access file goes. */
  readonly accessFile: string;
  /** Tiers that do not agree with the cluster. */
  readonly tierIssues: readonly RosterIssue[];
  /** What is wrong with the inputs and is nobody's in particular. */
  readonly warnings: readonly string[];
  /** What needs a user's home. */
  readonly inHome: WantedUser["inHome"];
  /** Further keys of a user's t3 env file. */
  readonly t3Keys: WantedUser["t3Keys"];
}

/**
 * The scopes of a box.
 *
 * @param inputs What it is made from.
 * @param only One user alone; the machine's own files are left out then.
 */
export function boxScopes(inputs: BoxInputs, only?: string): readonly ScopePlan[] {
  const { state, gone } = inputs;
  const users = state.accounts.map((account) => ({
    scope: account.os_user,
    steps: (context: PlanContext) => planUser(context, wantedUser(inputs, account)),
  }));
  const cuts = gone.map((user) => ({
    scope: user,
    steps: (context: PlanContext) => planCut(context, user),
  }));
  const people = [...users, ...cuts];
  if (only !== undefined) return people.filter(({ scope }) => scope === only);
  return [
    { scope: MACHINE, steps: (context) => beforeUsers(context, inputs) },
    ...people,
    { scope: MACHINE, steps: (context) => afterUsers(context, inputs) },
  ];
}

function wantedUser(
  { snapshot, state, inHome, t3Keys }: BoxInputs,
  account: Account,
): WantedUser {
  const user = account.os_user;
  const isServed = snapshot !== undefined &&
    (!snapshot.isPerUser || Object.hasOwn(state.access, user));
  return {
    account,
    snapshot: isServed ? { url: snapshot.url, token: snapshot.tokenOf(user) } : undefined,
    inHome,
    t3Keys,
  };
}

/** Ports are written down before anybody listens on them: a run that is killed gives the same. */
function* beforeUsers(context: PlanContext, inputs: BoxInputs): Steps {
  const { items, host } = context;
  for (const warning of inputs.warnings) yield items.warning("inputs", warning);
  for (const { severity, message } of inputs.tierIssues) {
    yield severity === "error" ? items.error("tiers", message) : items.warning("tiers", message);
  }
  for (const { path, ports } of inputs.ledgers) {
    const ledger: PortLedger = new Map(Object.entries(ports));
    const [text, wanted] = [textOf(host, path) ?? "", ledgerText(ledger)];
    const content = isSameLedger(text, wanted) ? host.bytes(path) : undefined;
    yield* fileStep(context, {
      path,
      content: content ?? new TextEncoder().encode(wanted),
      mode: 0o644,
      foreign: "replace",
    });
  }
  yield* secretSteps(context, inputs.staged);
}

/** Somebody's own order of the same entries is as good as ours. */
function isSameLedger(text: string, wanted: string): boolean {
  if (text === wanted) return true;
  const present = parseLedger(text);
  return present.isValid && ledgerText(present.ledger) === wanted;
}

function* afterUsers(context: PlanContext, inputs: BoxInputs): Steps {
  const { state, snapshot, accessFile } = inputs;
  const dispatch = `${JSON.stringify(state.dispatch, null, 2)}\n`;
  const maps: [string, string][] = [
    ["/etc/ttyd-user-map", state.ttyd_user_map],
    ["/etc/ttyd-admins", state.ttyd_admins],
    ["/etc/t3-serve/dispatch.json", dispatch],
  ];
  if (snapshot?.isPerUser) {
    const subjects = Object.entries(state.access).flatMap(([user, { sites }]) => {
      const token = textOf(context.host, `${TOKENS}/${user}`)?.trim();
      return token === undefined || token === "" ? [] : [{ user, sites, token: new Secret(token) }];
    });
    maps.push([accessFile, accessText(subjects)]);
  }
  for (const [path, text] of maps) {
    const content = new TextEncoder().encode(text);
    yield* fileStep(context, { path, content, mode: 0o644, foreign: "replace" });
  }
}
