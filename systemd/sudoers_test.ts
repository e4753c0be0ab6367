import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";

const VISUDO = "/usr/sbin/visudo";
const SUDOERS = new URL("sudoers.d/t3-autopair", import.meta.url).pathname;

Deno.test("t3-autopair has no fault when visudo checks it", async () => {
  const { code, stdout, stderr } = await runCommand(VISUDO, [
    "--check",
    "--strict",
    `--file=${SUDOERS}`,
  ]);

  assert.equal(code, 0, stderr);
  assert.match(stdout, /parsed OK/);
});

Deno.test("visudo refuses when a line of t3-autopair is broken", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      path,
      (await Deno.readTextFile(SUDOERS)).replace("NOPASSWD:", "NOPASS:"),
    );

    const { code } = await runCommand(VISUDO, ["--check", "--strict", `--file=${path}`]);

    assert.equal(code, 1);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("t3-autopair is a name that sudo reads when it is installed", () => {
  // sudoers(5): names with a dot or ending in "~" are passed over.
  for (const { name } of Deno.readDirSync(new URL("sudoers.d/", import.meta.url))) {
    assert.match(name, /^[^.]*[^.~]$/);
  }
});
