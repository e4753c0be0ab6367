/**
 * @module
 */
import assert from "node:assert/strict";
import { snippetArgs } from "../tests/support/snippet.ts";
import { systemClock } from "./clock.ts";
import { lockFile, tryLockFile } from "./file_lock.ts";
import { startChild } from "./process.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-lock-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("tryLockFile() gives nothing when the lock is held, until it is let go", () =>
  withFolder(async (folder) => {
    const path = `${folder}/lock`;
    const first = await tryLockFile(path);

    const second = await tryLockFile(path);
    first?.[Symbol.dispose]();
    using third = await tryLockFile(path);

    assert.deepEqual([first?.path, second, third?.path], [path, undefined, path]);
  }));

Deno.test("tryLockFile() makes the file private when it creates it", () =>
  withFolder(async (folder) => {
    using _lock = await tryLockFile(`${folder}/lock`);

    const { mode } = await Deno.stat(`${folder}/lock`);

    assert.equal((mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("tryLockFile() keeps what the file holds when it exists", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/lock`, "4711");

    using _lock = await tryLockFile(`${folder}/lock`);

    assert.equal(await Deno.readTextFile(`${folder}/lock`), "4711");
  }));

Deno.test("tryLockFile() takes the lock when its holder was killed", () =>
  withFolder(async (folder) => {
    const path = `${folder}/lock`;
    const held = Promise.withResolvers<void>();
    const code = `
      import { tryLockFile } from "@root/core/file_lock.ts";
      const lock = await tryLockFile(Deno.args[0]);
      console.log(lock.path);
      setInterval(() => {}, 1000);`;
    const holder = startChild({
      command: Deno.execPath(),
      args: snippetArgs(code, [path]),
      onLine: () => held.resolve(),
    });
    await held.promise;

    const during = await tryLockFile(path);
    holder.kill("SIGKILL");
    await holder.ended;
    using after = await tryLockFile(path);

    assert.deepEqual([during, after?.path], [undefined, path]);
  }));

Deno.test("tryLockFile() throws when the directory does not exist", async () => {
  await assert.rejects(tryLockFile("/nonexistent/lock"), Deno.errors.NotFound);
});

Deno.test("lockFile() waits for the lock until it is let go", () =>
  withFolder(async (folder) => {
    const path = `${folder}/lock`;
    const first = await tryLockFile(path);
    let naps = 0;
    const clock = {
      monotonic: () => 0,
      sleep: () => {
        if (++naps === 3) first?.[Symbol.dispose]();
        return Promise.resolve();
      },
    };

    using second = await lockFile(path, 60_000, clock);

    assert.deepEqual([second?.path, naps], [path, 3]);
  }));

Deno.test("lockFile() gives up when the wait is over, or it is told to stop", () =>
  withFolder(async (folder) => {
    const path = `${folder}/lock`;
    using _held = await tryLockFile(path);
    let nowMs = 0;
    const clock = {
      monotonic: () => nowMs,
      sleep: (ms: number) => Promise.resolve(void (nowMs += ms)),
    };

    assert.equal(await lockFile(path, 1_000, clock), undefined);
    assert.equal(nowMs, 1_000);
    assert.equal(await lockFile(path, 60_000, systemClock, AbortSignal.abort()), undefined);
  }));
