/**
 * @module
 */
import assert from "node:assert/strict";
import { ROOT } from "../../../tests/gate/repository.ts";
import { trimConfig, trimLock } from "./trim_config.ts";

const config = await Deno.readTextFile(`${ROOT}deno.json`);
const lock = await Deno.readTextFile(`${ROOT}deno.lock`);

Deno.test("trimConfig() leaves what runs and drops what is for development", () => {
  const trimmed = JSON.parse(trimConfig(config, ["zod", "devtools-protocol/types/protocol.d.ts"]));

  assert.deepEqual(Object.keys(trimmed.imports).sort(), ["devtools-protocol", "zod"]);
  assert.deepEqual(trimmed.permissions, JSON.parse(config).permissions);
  assert.equal(trimmed.tasks, undefined);
  assert.equal(trimmed.lint, undefined);
});

Deno.test("trimLock() keeps what a package needs in turn, down to its digest", () => {
  const trimmed = JSON.parse(trimLock(lock, trimConfig(config, ["prom-client"])));

  const names = Object.keys(trimmed.npm).map((key) => key.replace(/@[^@]*$/, ""));
  assert.deepEqual(names, ["@opentelemetry/api", "bintrees", "prom-client", "tdigest"]);
  for (const [key, entry] of Object.entries(trimmed.npm)) {
    assert.deepEqual(entry, JSON.parse(lock).npm[key]);
  }
});

Deno.test("trimConfig() and trimLock() change nothing when they are applied again", () => {
  const packages = ["zod", "prom-client", "@commander-js/extra-typings"];
  const once = trimConfig(config, packages);
  const lockOnce = trimLock(lock, once);

  assert.equal(trimConfig(once, packages), once);
  assert.equal(trimLock(lockOnce, once), lockOnce);
});

Deno.test("trimLock() refuses when a package is not locked or the lock is another", () => {
  const more = JSON.stringify({ imports: { left: "npm:left-pad@1.3.0" } });

  assert.throws(() => trimLock(lock, more), /Cannot find "npm:left-pad@1\.3\.0" in the lock/);
  assert.throws(() => trimLock('{"version":"6"}', more), /Cannot trim a lock of version "6"/);
});
