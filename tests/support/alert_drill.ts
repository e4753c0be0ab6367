/**
 * Drills: a fault is made, its alert fires, the alert's page is followed to the letter, and the
 * alert clears.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runbookCommands } from "./runbook.ts";
import type { TestPrometheus } from "./prometheus.ts";

/** What came of a block of commands. */
export interface Followed {
  /** The shell's exit code. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained of. */
  readonly stderr: string;
}

/** One alert's drill. */
export interface Drill {
  /** Makes the fault; left out where what went before has made it. */
  readonly fault?: () => Promise<unknown>;
  /** What firing is, where it is not that Prometheus has the alert. */
  readonly fires?: () => Promise<unknown>;
  /** What being well again is, then. */
  readonly clears?: () => Promise<unknown>;
  /** Matchers of the series that fires, as in `user="ada"`. */
  readonly labels?: string;
  /** What the commands under Diagnosis must show, so that the page leads to the cause. */
  readonly shows?: readonly RegExp[];
  /** What the page leaves to a person, before its commands under Mitigation. */
  readonly mend?: () => Promise<unknown>;
  /** How the commands under Mitigation may end. @default {0} */
  readonly endsWith?: number;
  /** What happens by itself afterwards, such as the next night. */
  readonly later?: () => Promise<unknown>;
}

/** Drills that share a Prometheus and a shell. */
export interface Drills<Name extends string> {
  /** Makes the fault and waits until the alert fires. */
  fire(name: Name): Promise<void>;
  /** Follows the page and waits until the alert clears. */
  mend(name: Name): Promise<void>;
  /** One after the other. */
  drill(name: Name): Promise<void>;
  /** That each was gone through to its end. */
  assertAllDone(): void;
}

/**
 * Sets drills up.
 *
 * @param drills One for each alert.
 * @param prometheus What scrapes, and judges.
 * @param follow Runs a block of a page in a shell, where a person would.
 */
export function startDrills<Name extends string>(
  drills: Readonly<Record<Name, Drill>>,
  prometheus: Pick<TestPrometheus, "fires" | "clears">,
  follow: (script: string) => Promise<Followed>,
): Drills<Name> {
  const done = new Set<string>();

  async function fire(name: Name): Promise<void> {
    const { fault, labels, fires = () => prometheus.fires(name, labels) } = drills[name];
    await fault?.();
    await fires();
  }

  async function mend(name: Name): Promise<void> {
    const { labels, shows = [], mend, later, endsWith = 0 } = drills[name];
    const { clears = () => prometheus.clears(name, labels) } = drills[name];
    let shown = "";
    for (const script of runbookCommands(name, "Diagnosis")) {
      // `systemctl status` exits with 3 for what does not run: that is an answer.
      const { stdout, stderr } = await follow(script);
      shown += stdout + stderr;
    }
    assert.doesNotMatch(shown, /command not found|unrecognized option|unknown option/i, name);
    for (const wanted of shows) assert.match(shown, wanted, name);
    await mend?.();
    for (const script of runbookCommands(name, "Mitigation")) {
      const { code, stdout, stderr } = await follow(`set -e\n${script}`);
      assert.equal(code, endsWith, `${name}: ${script}${stdout}${stderr}`);
    }
    await later?.();
    await clears();
    done.add(name);
  }

  return {
    fire,
    mend,
    async drill(name) {
      await fire(name);
      await mend(name);
    },
    assertAllDone() {
      assert.deepEqual([...done].sort(), Object.keys(drills).sort());
    },
  };
}
