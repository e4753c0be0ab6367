import assert from "node:assert/strict";
import { driveTheChange, type Result, type ScopePlan } from "./drive.ts";
import { memoryHost } from "./host/memory_host.ts";
import type { Item, Outcome } from "./item.ts";

Deno.test("driveTheChange() warns of a failed change that the run can do without", async () => {
  const told: Outcome[] = [];
  const scope = (name: string, retry?: string): ScopePlan => ({
    scope: name,
    *steps({ items }) {
      told.push(
        yield items.change("claude", {
          cause: "missing",
          summary: "install claude",
          action: { kind: "install_claude", user: name, url: "https://example.com/" },
          ...(retry === undefined ? {} : { retry }),
        }),
      );
    },
  });
  const said: [Item, Result][] = [];
  const audited: (Result | undefined)[] = [];

  const isWhole = await driveTheChange(
    [scope("ada", "try again"), scope("grace")],
    {
      host: memoryHost().host,
      perform: () => Promise.resolve({ isDone: false, error: "no answer" }),
    },
    {
      records: { load: () => ({}), save: () => Promise.resolve() },
      report: (item, result) => void said.push([item, result]),
      audit: (_item, result) => Promise.resolve(void audited.push(result)),
      signal: new AbortController().signal,
    },
  );

  assert.equal(isWhole, true);
  const results = [{ kind: "warning", error: "no answer" }, { kind: "failed", error: "no answer" }];
  assert.deepEqual(said.map(([, result]) => result), results);
  assert.deepEqual(audited.filter((result) => result !== undefined), results);
  // A planner leaves out what needs it, whatever the run makes of it.
  assert.deepEqual(told, [{ isDone: false, error: "no answer" }, {
    isDone: false,
    error: "no answer",
  }]);
});

Deno.test("driveTheChange() fails when what was fetched is not what was asked for", async () => {
  const said: Result[] = [];

  await driveTheChange(
    [{
      scope: "ada",
      *steps({ items }) {
        yield items.change("claude", {
          cause: "missing",
          summary: "install claude",
          action: { kind: "install_claude", user: "ada", url: "https://example.com/" },
          retry: "try again",
        });
      },
    }],
    {
      host: memoryHost().host,
      perform: () => Promise.resolve({ isDone: false, error: "another digest", isRefused: true }),
    },
    {
      records: { load: () => ({}), save: () => Promise.resolve() },
      report: (_item, result) => void said.push(result),
      audit: () => Promise.resolve(),
      signal: new AbortController().signal,
    },
  );

  assert.deepEqual(said, [{ kind: "failed", error: "another digest" }]);
});
