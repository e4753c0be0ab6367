/**
 * How long the roster's answers take: derive for 100,000 users, and a roster's text read and edited.
 *
 * A machine has some 5,150 ports for users of each kind, so the figures for 100,000 are of the same
 * code with a range that no machine has; those for 5,000 are of what a machine could be.
 *
 * @module
 */
import { appendUser } from "../roster/edit_roster.ts";
import { derive, type DerivedState, derivedText, type DeriveOptions } from "../roster/derive.ts";
import { parseRoster } from "../roster/parse_roster.ts";
import type { Roster } from "../roster/roster_schema.ts";
import { type BenchReport, type Figures, figures } from "./report.ts";

const RUNS = 15;
const AIM_MS = 1_000;

/** Measures. */
export function measure(): Promise<BenchReport> {
  const text = rosterText(5_000);
  const parsed = parseRoster(text);
  if (!parsed.isValid) throw new Error("Cannot measure: the roster is not valid");
  const many = manyUsers(parsed.roster, 100_000);
  const ranges = {
    t3Range: { first: 3_773, last: 1_000_000 },
    playwrightRange: { first: 1_000_001, last: 2_000_000 },
  };
  const known = ledgersOf(many, ranges);
  const state = derived(many, ranges);
  const fresh = timed(() => derived(many, ranges));
  const again = timed(() => derived(many, { ...ranges, ...known }));
  const writing = timed(() => derivedText(state));
  const newcomer = { os_user: "zoe", authentik_user: "zoe", namespace: "zoe" };
  const [usual, both] = [fresh.p50 ?? 0, (fresh.p50 ?? 0) + (writing.p50 ?? 0)];
  return Promise.resolve({
    name: "roster",
    unit: "ms",
    cases: {
      "derive 100,000 users": fresh,
      "derive 100,000 users, ports known": again,
      "write the JSON of 100,000 users": writing,
      "derive 5,000 users": timed(() => derived(parsed.roster, {})),
      "read 5,000 users": timed(() => parseRoster(text), 5),
      "add a row to 5,000": timed(() => appendUser(text, newcomer), 3),
    },
    ratios: {},
    notes: [
      `Aim: derive for 100,000 users under ${AIM_MS} ms: ${
        usual < AIM_MS ? "reached" : "missed"
      }, ` +
      `p50 is ${Math.round(usual)} ms, and ${Math.round(both)} ms with its JSON`,
      "a machine has ports for 5,150 users, so 100,000 is the same code with a range of ports " +
      "that no machine has",
    ],
  });
}

function derived(roster: Roster, options: DeriveOptions): DerivedState {
  const derivation = derive(roster, options);
  if (!derivation.isComplete) throw new Error(`Cannot measure: ${derivation.reason}`);
  return derivation.state;
}

function ledgersOf(roster: Roster, options: DeriveOptions): DeriveOptions {
  const { ports, playwright_ports } = derived(roster, options);
  return {
    ports: new Map(Object.entries(ports)),
    playwrightPorts: new Map(Object.entries(playwright_ports)),
  };
}

function timed(work: () => unknown, runs = RUNS): Figures {
  const times: number[] = [];
  // The first run is the compiler's.
  work();
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return figures(times);
}

function manyUsers({ users }: Roster, count: number): Roster {
  const copies = Array.from({ length: count }, (_, at) => {
    const user = users[at % users.length];
    if (user === undefined) throw new Error("Cannot measure: the roster is empty");
    const name = `${user.os_user}_${at}`;
    return { ...user, os_user: name, authentik_user: name, k8s_user: name };
  });
  return { users: copies };
}

function rosterText(count: number): string {
  const rows = Array.from({ length: count }, (_, at) =>
    [
      `  user${at}: # number ${at}`,
      `    authentik_user: User${at}@example.com`,
      `    k8s_user: user${at}`,
      "    tier: namespace-owner",
      `    namespaces: [user${at}, shared-${at % 7}]`,
      `    browser: { sites: [example.com, site${at % 50}.example.org] }`,
    ].join("\n"));
  return `users:\n${rows.join("\n")}\n`;
}
