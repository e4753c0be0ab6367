/**
 * What a reader sees of the copy while `refresh` is killed at any moment.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isLeftover } from "../../core/atomic_file.ts";
import type { TestProgram } from "../../tests/support/program.ts";
import { etagOf } from "../etag.ts";
import { snapshotText, type TestDirectory } from "../../tests/support/snapshot_fixture.ts";
import { homeWithToken, startRefresh } from "../../tests/support/refresh_program.ts";
import { scriptServer } from "../../tests/support/scripted_server.ts";

Deno.test("refresh never shows half a file when it is killed while writing, and cleans up the next time", async () => {
  await using home = await homeWithToken();
  const texts = ["a", "b"].map((seed) => snapshotText(seed, 8_000_000)) as [string, string];
  const etagOfA = etagOf(new TextEncoder().encode(texts[0]));
  await home.put("state.json", texts[0]);
  await using server = scriptServer((request) =>
    new Response(request.headers.get("if-none-match") === etagOfA ? texts[1] : texts[0])
  );
  const isReading = new AbortController();
  let reads = 0;
  const reading = (async () => {
    for (; !isReading.signal.aborted; reads++) {
      const text = await Deno.readTextFile(`${home.path}/state.json`);
      assert.ok(texts.includes(text), `half a file of ${text.length} characters`);
    }
  })();
  // Awaited below, after the rounds; until then a failure is nobody's.
  reading.catch(() => {});

  let leftovers = 0;
  for (let round = 0; round < 60 && leftovers < 5; round++) {
    await using program = startRefresh(home, server.url.href);
    await killWhileWriting(program, home, round % 3);
    if ((await ownNames(home)).some((name) => isLeftover(name, "state.json"))) leftovers++;
  }
  isReading.abort();
  await reading;
  await using last = startRefresh(home, server.url.href);
  assert.equal(await last.exitCode, 0, last.lines.join("\n"));

  assert.ok(leftovers === 5 && reads > 0, `${leftovers} leftovers, ${reads} reads`);
  assert.deepEqual(await ownNames(home), [
    ".state.init.js.lock",
    ".state.json.lock",
    "state.init.js",
    "state.json",
    "token",
  ]);
});

/** Kills it after `skip` events of its temporary file, if it lives so long. */
async function killWhileWriting(
  program: TestProgram,
  home: TestDirectory,
  skip: number,
): Promise<void> {
  using events = Deno.watchFs(home.path, { recursive: false });
  const ended = program.exitCode.then(() => events.close());
  let seen = 0;
  for await (const { kind, paths } of events) {
    const isOurs = paths.some((path) => isLeftover(path.slice(home.path.length + 1), "state.json"));
    if (kind === "access" || !isOurs || seen++ < skip) continue;
    program.kill("SIGKILL");
    break;
  }
  await ended;
}

/** What is in the home; Deno itself keeps its cache in the home it is given. */
async function ownNames(home: TestDirectory): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(home.path)) if (name !== ".cache") names.push(name);
  return names.sort();
}
