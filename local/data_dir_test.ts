import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { defaultDataDir, openDataDir } from "./data_dir.ts";

const env = (values: Record<string, string>) => ({ get: (name: string) => values[name] });

Deno.test("defaultDataDir() follows XDG, then HOME, then asks for --data", () => {
  assert.equal(defaultDataDir(env({ XDG_STATE_HOME: "/s", HOME: "/h" })), "/s/hearth");
  assert.equal(defaultDataDir(env({ XDG_STATE_HOME: "s", HOME: "/h" })), "/h/.local/state/hearth");
  assert.throws(() => defaultDataDir(env({})), /HOME is not set \(give one with --data\)/);
});

Deno.test("openDataDir() makes a private directory and a token that stays", async () => {
  const parent = await Deno.makeTempDir();
  const path = `${parent}/a/b`;
  let first: string;
  {
    using data = await openDataDir(path);
    first = await Deno.readTextFile(data.token);
    assert.match(first, /^[\w-]{43}\n$/);
    for (
      const [entry, mode] of [[data.token, 0o600], [path, 0o700], [data.profile, 0o700]] as const
    ) {
      assert.equal(((await Deno.stat(entry)).mode ?? 0) & 0o777, mode, entry);
    }
  }

  using again = await openDataDir(path);

  assert.equal(await Deno.readTextFile(again.token), first);
  await Deno.remove(parent, { recursive: true });
});

Deno.test("openDataDir() refuses a directory that is in use or that cannot be one", async () => {
  const parent = await Deno.makeTempDir();
  using _first = await openDataDir(`${parent}/data`);
  await Deno.writeTextFile(`${parent}/file`, "");
  const long = `${parent}/${"x".repeat(60)}`;

  await assert.rejects(() => openDataDir(`${parent}/data`), (error) => {
    assert.ok(error instanceof Fault);
    assert.match(error.message, /^Cannot use the data directory ".*": another hearth is using it$/);
    return true;
  });
  await assert.rejects(() => openDataDir(`${parent}/file/data`), /Cannot use the data directory/);
  await assert.rejects(() => openDataDir(`${parent}/a,b`), /its path has a comma, must have none/);
  await assert.rejects(() => openDataDir(long), /its path has \d+ bytes, must have at most 62/);
  await Deno.remove(parent, { recursive: true });
});
