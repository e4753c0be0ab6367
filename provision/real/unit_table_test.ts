import assert from "node:assert/strict";
import { Fault } from "../../core/fault.ts";
import { enabledUnits, parseUnits } from "./unit_table.ts";

Deno.test("parseUnits() tells what each unit does", () => {
  const json = JSON.stringify([
    { unit: "a.service", load: "loaded", active: "active", sub: "running", description: "A" },
    { unit: "b.timer", load: "loaded", active: "failed", sub: "failed", description: "B" },
    { unit: "c.service", load: "loaded", active: "activating", sub: "auto-restart" },
    { unit: "d.service", load: "not-found", active: "maintenance", sub: "dead" },
  ]);

  assert.deepEqual(
    parseUnits(json),
    new Map([
      ["a.service", "active"],
      ["b.timer", "failed"],
      ["c.service", "activating"],
      ["d.service", "inactive"],
    ]),
  );
});

Deno.test("parseUnits() refuses what is no list of units", () => {
  for (const text of ["", "UNIT LOAD ACTIVE", "{}", '[{"unit":1}]']) {
    assert.throws(
      () => parseUnits(text),
      (error) => error instanceof Fault && /must be JSON \(systemd 248 or later\)/.test(`${error}`),
    );
  }
});

Deno.test("enabledUnits() finds the links of wants and requires, dangling or not", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const name of ["multi-user.target.wants", "x.service.requires", "other.d"]) {
      await Deno.mkdir(`${directory}/${name}`);
    }
    await Deno.symlink("../t@.service", `${directory}/multi-user.target.wants/t@ada.service`);
    await Deno.symlink("/nonexistent", `${directory}/x.service.requires/y.service`);
    await Deno.symlink("/nonexistent", `${directory}/other.d/z.service`);
    await Deno.symlink("/lib/systemd/system/dbus.service", `${directory}/dbus.service`);
    await Deno.writeTextFile(`${directory}/multi-user.target.wants/no-link.service`, "");

    assert.deepEqual(enabledUnits(directory), new Set(["t@ada.service", "y.service"]));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
