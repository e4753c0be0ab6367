/**
 * What can be told of an instance from its databases, on real files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fill, withCopies } from "./copies_fixture.ts";
import { inspectActivity } from "./inspect_database.ts";

Deno.test("inspectActivity() reads turns and times, and doubts what it does not know", () =>
  withCopies(async ({ owner, database }) => {
    {
      using open = database();
      fill(open, 1);
      open.exec(
        "CREATE TABLE projection_thread_sessions (thread_id TEXT, active_turn_id TEXT, updated_at TEXT)",
      );
      open.exec(
        "INSERT INTO projection_thread_sessions VALUES ('a', NULL, '2026-11-18T04:00:00.000Z'), ('b', 'turn', '2026-11-18T03:00:00.000Z')",
      );
    }
    const known = await inspectActivity(owner);
    {
      using open = database("statev2.sqlite");
      fill(open, 1);
    }
    const unknown = await inspectActivity(owner);

    assert.deepEqual(known.doubts, []);
    assert.deepEqual(
      known.databases.map(({ activeTurns, lastChangeMs }) => [activeTurns, lastChangeMs]),
      [
        [1, Date.parse("2026-11-18T04:00:00.000Z")],
      ],
    );
    assert.deepEqual(unknown.doubts, ["statev2.sqlite has no table projection_thread_sessions"]);
  }));

Deno.test("inspectActivity() takes a time of SQLite's own for UTC, wherever the box is", () =>
  withCopies(async ({ owner, database }) => {
    {
      using open = database();
      open.exec(
        "CREATE TABLE projection_thread_sessions (thread_id TEXT, active_turn_id TEXT, updated_at TEXT)",
      );
      open.exec(
        "INSERT INTO projection_thread_sessions VALUES ('a', NULL, '2026-11-18 04:00:00')",
      );
    }
    const zone = Deno.env.get("TZ");
    Deno.env.set("TZ", "Asia/Tokyo");
    try {
      assert.equal(new Date(0).getHours(), 9);

      const { databases } = await inspectActivity(owner);

      assert.equal(databases[0]?.lastChangeMs, Date.parse("2026-11-18T04:00:00Z"));
    } finally {
      if (zone === undefined) Deno.env.delete("TZ");
      else Deno.env.set("TZ", zone);
    }
  }));
