import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { freeAccountLocks } from "./free_account_locks.ts";

const HOUR_MS = 3_600_000;

async function freed(lock: string, ageMs: number): Promise<boolean> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/passwd.lock`;
    await Deno.writeTextFile(path, lock);
    await freeAccountLocks(systemClock.now() + ageMs, directory);
    return await Deno.lstat(path).then(() => false, () => true);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("freeAccountLocks() frees a lock whose number belongs to another program", async () => {
  assert.equal(await freed(`${Deno.pid}\0`, HOUR_MS), true);
});

Deno.test("freeAccountLocks() frees a lock that names nobody", async () => {
  for (const lock of ["", "\0\0\0", "-1", "not a number"]) {
    assert.equal(await freed(lock, HOUR_MS), true, JSON.stringify(lock));
  }
});

Deno.test("freeAccountLocks() leaves a lock whose process cannot be seen", async () => {
  // Above the largest number of a process: the tools themselves free such a lock.
  assert.equal(await freed("4194305\0", HOUR_MS), false);
});

Deno.test("freeAccountLocks() leaves a lock that was taken just now", async () => {
  assert.equal(await freed(`${Deno.pid}\0`, 0), false);
  assert.equal(await freed("", 0), false);
});

Deno.test("freeAccountLocks() leaves the lock of a tool that runs, however long", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.copyFile("/bin/sleep", `${directory}/vipw`);
  const editor = new Deno.Command(`${directory}/vipw`, { args: ["60"] }).spawn();
  try {
    assert.equal(await freed(`${editor.pid}\0`, HOUR_MS), false);
  } finally {
    editor.kill("SIGKILL");
    await editor.status;
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("freeAccountLocks() does nothing where nothing is locked", async () => {
  const directory = await Deno.makeTempDir();
  try {
    assert.deepEqual(await freeAccountLocks(systemClock.now(), directory), { isDone: true });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
