/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault } from "../core/fault.ts";
import { writeInPlace } from "./write_in_place.ts";

Deno.test("writeInPlace() keeps mode and link when it replaces the content", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hearth-roster-" });
  try {
    await Deno.writeTextFile(`${folder}/real.yaml`, "old");
    await Deno.chmod(`${folder}/real.yaml`, 0o640);
    await Deno.symlink("real.yaml", `${folder}/link.yaml`);

    await writeInPlace(`${folder}/link.yaml`, "old", "new");

    assert.equal(await Deno.readTextFile(`${folder}/real.yaml`), "new");
    assert.ok((await Deno.lstat(`${folder}/link.yaml`)).isSymlink);
    assert.equal(((await Deno.stat(`${folder}/real.yaml`)).mode ?? 0) & 0o777, 0o640);
    assert.equal([...Deno.readDirSync(folder)].length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writeInPlace() says what failed when there is no such file", async () => {
  await assert.rejects(
    writeInPlace("/nonexistent/r.yaml", "", "x"),
    (error) =>
      error instanceof Fault && /^Cannot write "\/nonexistent\/r\.yaml": /.test(error.message),
  );
});

Deno.test("writeInPlace() leaves the file alone when somebody has changed it meanwhile", async () => {
  const path = await Deno.makeTempFile({ prefix: "hearth-roster-" });
  try {
    await Deno.writeTextFile(path, "theirs");

    await assert.rejects(
      writeInPlace(path, "old", "new"),
      (error) => error instanceof Fault && /has changed since it was read/.test(error.message),
    );
    assert.equal(await Deno.readTextFile(path), "theirs");
  } finally {
    await Deno.remove(path);
  }
});
