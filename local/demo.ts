/**
 * `hearth demo`: proves on this machine that a login in the warm browser reaches a new session.
 *
 * @module
 */
import { withDeadline } from "../core/deadline.ts";
import { Fault } from "../core/fault.ts";
import { unlessAborted } from "../core/unless_aborted.ts";
import { type Agent, openAgent } from "./agent.ts";
import { DEMO_ACCOUNT, type DemoSite, startDemoSite } from "./demo_site.ts";
import { openTypist } from "./typist.ts";
import { bringUp, type UpOptions, type UpPipeline } from "./up.ts";

/** How long a login may take to arrive, in milliseconds, before the demo has failed. */
const ARRIVAL_MS = 20_000;

/** One step of the way, and when it was seen. */
export interface TimelineEntry {
  /** What happened. */
  readonly what: string;
  /** Milliseconds after the login was answered. */
  readonly afterMs: number;
}

/** What the demo saw. */
export interface DemoResult {
  /** From the login to the agent. */
  readonly timeline: readonly TimelineEntry[];
  /** What the agent's page said. */
  readonly seen: string;
}

/**
 * Runs the demo.
 *
 * @param options As for the pipeline.
 * @param signal Aborted when it should be given up.
 * @throws {Fault} When the agent is not greeted by name, or a session sees another's tabs.
 */
export async function demo(options: UpOptions, signal: AbortSignal): Promise<DemoResult> {
  const { printer } = options;
  printer.say("Starting the pipeline …");
  const pipeline = await bringUp(options, signal);
  const site = startDemoSite();
  try {
    return await unlessAborted(run(options, pipeline, site), signal);
  } finally {
    await pipeline.stop();
    await site.stop();
  }
}

async function run(
  { printer, clock }: UpOptions,
  { data, ports }: UpPipeline,
  site: DemoSite,
): Promise<DemoResult> {
  const mcpUrl = `http://localhost:${ports.mcp}/mcp`;
  const timeline: TimelineEntry[] = [];

  printer.say("A fresh agent session, before anybody logs in …");
  const stranger = await openAgent(mcpUrl);
  const before = await visit(stranger, site.url, "Not logged in");
  printer.say(`  it sees: ${before}`);

  printer.say("Logging in through the warm browser, as a person would …");
  {
    using person = await openTypist(`http://127.0.0.1:${ports.bridge}`, site.url, clock);
    await person.waitForText("Not logged in");
    await person.click("#name");
    await person.type(DEMO_ACCOUNT.name);
    await person.click("#password");
    await person.type(DEMO_ACCOUNT.password);
    await person.click("#submit");
    await person.waitForText(DEMO_ACCOUNT.greeting);
  }
  const loggedInMs = site.loggedInMs ?? clock.now();
  const mark = (what: string) => timeline.push({ what, afterMs: clock.now() - loggedInMs });
  timeline.push({ what: "login answered with Set-Cookie", afterMs: 0 });

  const isComplete = (text: string) =>
    text.includes(site.session) && text.includes('"token"') && text.includes('"devices"');
  await until("harvested", async () => isComplete(await readText(data.snapshot)));
  mark("harvested");
  const token = (await Deno.readTextFile(data.token)).trim();
  await until("served", async () => {
    const response = await fetch(`http://127.0.0.1:${ports.snapshot}/api/snapshot`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return isComplete(await response.text());
  });
  mark("served");
  await until("refreshed", async () => isComplete(await readText(data.copy)));
  mark("refreshed");

  const agent = await openAgent(mcpUrl);
  const seen = await visit(agent, site.url, DEMO_ACCOUNT.greeting);
  mark("a new agent session is logged in");
  await checkIsolation(agent, stranger, site.url);
  await agent.close();
  await stranger.close();
  return { timeline, seen };

  async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    const deadline = clock.monotonic() + ARRIVAL_MS;
    while (!(await isTrue())) {
      if (clock.monotonic() > deadline) {
        throw new Fault(`The login was not ${what} within ${ARRIVAL_MS / 1_000} s`);
      }
      await clock.sleep(10);
    }
  }
}

/** Goes to the site and gives back the heading, once it says what is expected or something final. */
async function visit(agent: Agent, url: string, expected: string): Promise<string> {
  await agent.call("browser_navigate", { url });
  const waiting = agent.call("browser_wait_for", { text: expected });
  try {
    await withDeadline(waiting, ARRIVAL_MS, "The page");
  } catch (error) {
    const page = await agent.call("browser_snapshot");
    throw new Fault(`The agent was not shown "${expected}" but: ${heading(page)}`, {
      cause: error,
    });
  }
  return heading(await agent.call("browser_snapshot"));
}

function heading(page: string): string {
  return /heading "([^"]*)"/.exec(page)?.[1] ?? page.slice(0, 300);
}

/** Each session has tabs of its own and its own state. */
async function checkIsolation(one: Agent, other: Agent, url: string): Promise<void> {
  await one.call("browser_navigate", { url: `${url}/?only=one` });
  const tabs = await other.call("browser_tabs", { action: "list" });
  if (tabs.includes("only=one")) {
    throw new Fault("One agent session sees the tabs of another");
  }
  const page = await other.call("browser_snapshot");
  if (page.includes(DEMO_ACCOUNT.greeting)) {
    throw new Fault("A session that began before the login was changed by it");
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
