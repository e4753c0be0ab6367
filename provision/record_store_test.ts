import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { MACHINE } from "./item.ts";
import { openRecords } from "./record_store.ts";

const DIGEST = "0".repeat(64);

Deno.test("openRecords() keeps a record for each scope and knows whom it has one of", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await openRecords(directory).save(MACHINE, { "/etc/x": [DIGEST] });
    await openRecords(directory).save("grace", {});
    await openRecords(directory).save("ada", { "/etc/y": [DIGEST] });

    const records = openRecords(directory);

    assert.deepEqual(records.users(), ["ada", "grace"]);
    assert.deepEqual(records.load(MACHINE), { "/etc/x": [DIGEST] });
    assert.deepEqual(records.load("bob"), {});
    assert.equal(((await Deno.stat(`${directory}/user-ada.json`)).mode ?? 0) & 0o777, 0o600);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openRecords() takes a torn record for what it is, not for an empty one", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const text of ["", '{"/etc/x": ["', '{"/etc/x": "abc"}']) {
      await Deno.writeTextFile(`${directory}/user-ada.json`, text);

      assert.throws(() => openRecords(directory).load("ada"), Fault);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openRecords() has nobody where there is no directory yet", () => {
  assert.deepEqual(openRecords("/nonexistent/records").users(), []);
});
