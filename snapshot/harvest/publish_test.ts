/**
 * What is published of one run of the browser after another, on a real directory.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../../core/fault.ts";
import { createFakeClock } from "../../tests/support/fake_clock.ts";
import { recordLog, testDirectory } from "../../tests/support/snapshot_fixture.ts";
import { type Generations, openGenerations } from "../generations.ts";
import type { BrowserCookie } from "./cookies.ts";
import { createHarvestState, type HarvestState } from "./harvest_state.ts";
import { createPublisher, EXIT_REFUSED, type GuardOptions, type Publisher } from "./publish.ts";

const GUARD: GuardOptions = { keepSessionSeconds: 3_600, maxLostPercent: 50, isForced: false };

type FakeClock = ReturnType<typeof createFakeClock>;

interface Run {
  readonly state: HarvestState;
  readonly publisher: Publisher;
  readonly lines: readonly string[];
  has(...cookies: BrowserCookie[]): Promise<boolean>;
}

function startRun(
  id: string,
  { generations, clock }: { generations: Generations; clock: FakeClock },
  guard: Partial<GuardOptions> = {},
): Run {
  const { log, lines } = recordLog();
  const state = createHarvestState({ isNewRun: true, log, now: () => clock.now() });
  const browser = { product: "Chrome/156", id };
  const publisher = createPublisher({
    generations,
    browser,
    guard: { ...GUARD, ...guard },
    clock,
    log,
  });
  return {
    state,
    publisher,
    lines,
    has(...cookies) {
      state.setCookies(cookies);
      return publisher.publish(state);
    },
  };
}

function cookie(name: string, domain: string, expires = -1): BrowserCookie {
  return {
    name,
    value: "v",
    domain,
    path: "/",
    expires,
    size: 1,
    httpOnly: true,
    secure: true,
    session: expires === -1,
    priority: "Medium",
    sourceScheme: "Secure",
    sourcePort: 443,
  };
}

async function inDirectory(
  work: (place: { generations: Generations; clock: FakeClock }) => Promise<void>,
): Promise<void> {
  await using home = await testDirectory();
  const clock = createFakeClock();
  await work({ generations: await openGenerations({ dir: home.path, clock }), clock });
}

async function published(generations: Generations): Promise<readonly string[]> {
  const { current } = await generations.list();
  return current?.state.cookies.map(({ name, domain }) => `${name} ${domain}`) ?? [];
}

const isRefusal = (error: unknown) => error instanceof Fault && error.exitCode === EXIT_REFUSED;
const lasting = (clock: FakeClock) => clock.now() / 1_000 + 86_400;

Deno.test("createPublisher() keeps a session cookie until its time is over, and says when", () =>
  inDirectory(async (place) => {
    const { generations, clock } = place;
    await startRun("run-1", place).has(cookie("sid", "a.test"));
    const second = startRun("run-2", place);
    await second.has();

    assert.deepEqual(await published(generations), ["sid a.test"]);
    assert.match(second.lines.join("\n"), /keeping session cookie "sid" of a\.test/);
    clock.advance(3_599_000);
    assert.equal(second.publisher.isDue(), false);
    clock.advance(1_000);
    assert.equal(second.publisher.isDue(), true);
    await second.publisher.publish(second.state);
    assert.deepEqual(await published(generations), []);
    assert.equal(second.publisher.isDue(), false);
  }));

Deno.test("createPublisher() keeps nothing when it is told so or forced", () =>
  inDirectory(async (place) => {
    for (const guard of [{ keepSessionSeconds: 0 }, { isForced: true }]) {
      await startRun("run-1", place).has(cookie("sid", "a.test"));
      await startRun("run-2", place, guard).has();

      assert.deepEqual(await published(place.generations), []);
    }
  }));

Deno.test("createPublisher() refuses what a restart lost whatever is kept, and goes on when it is back", () =>
  inDirectory(async (place) => {
    const { generations, clock } = place;
    const stay = cookie("stay", "a.test", lasting(clock));
    await startRun("run-1", place).has(stay, cookie("sid", "a.test"), cookie("sid", "b.test"));
    const second = startRun("run-2", place);

    await assert.rejects(second.has(cookie("sid", "c.test")), isRefusal);

    const { manifest } = await generations.list();
    assert.deepEqual(manifest.lastRefusal?.sites.map(({ site }) => site), ["a.test"]);
    assert.deepEqual(await published(generations), ["sid a.test", "stay a.test", "sid b.test"]);
    assert.equal(await second.has(stay, cookie("sid", "c.test")), true);
    // b.test is kept, a.test has set a cookie that was there before and lost only the session.
    assert.deepEqual(await published(generations), [
      "sid a.test",
      "stay a.test",
      "sid b.test",
      "sid c.test",
    ]);
    assert.equal((await generations.list()).manifest.lastRefusal, null);
  }));

Deno.test("createPublisher() takes a visit after a restart for a logout that was seen", () =>
  inDirectory(async (place) => {
    const { generations, clock } = place;
    await startRun("run-1", place).has(
      cookie("stay", "a.test", lasting(clock)),
      cookie("sid", "b.test"),
      cookie("stay", "c.test", lasting(clock)),
    );
    const second = startRun("run-2", place);
    second.state.opened(["https://a.test"]);
    const c = cookie("stay", "c.test", lasting(clock));
    await assert.rejects(second.has(c), isRefusal, "a restored tab is no visit");

    second.state.opened([]);
    second.state.opened(["https://www.a.test", "https://b.test"]);
    await second.publisher.publish(second.state);

    assert.deepEqual(await published(generations), ["stay c.test"]);
  }));

Deno.test("createPublisher() judges a refused candidate again only when something has changed", () =>
  inDirectory(async (place) => {
    const { generations, clock } = place;
    const expires = clock.now() / 1_000 + 20;
    await startRun("run-1", place).has(cookie("stay", "a.test", expires));
    const second = startRun("run-2", place);
    let looks = 0;
    const counting: Generations = {
      ...generations,
      publish: (propose) => {
        looks++;
        return generations.publish(propose);
      },
    };
    const { publisher, state } = startRun("run-2", { generations: counting, clock });
    second.state.setCookies([]);
    state.setCookies([]);
    const attempt = () => publisher.publish(state);

    await assert.rejects(attempt, isRefusal);
    await assert.rejects(attempt, isRefusal);
    assert.equal(looks, 1);
    state.setCookies([cookie("sid", "b.test")]);
    await assert.rejects(attempt, isRefusal);
    assert.equal(looks, 2);
    clock.advance(30_000);

    assert.equal(await attempt(), true, "what has expired is no loss");
  }));
