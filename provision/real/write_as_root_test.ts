import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { digestOf } from "../digest.ts";
import type { Outcome } from "../item.ts";
import { runTool } from "./run_tool.ts";
import { changeMode, changeOwner, makeDirectory, makeLink, writeFile } from "./write_as_root.ts";

const IDS = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
const OWNER = { user: "root", group: "root" };
const content = new TextEncoder().encode("new\n");

async function inDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await act(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function write(path: string, before?: string): Promise<Outcome> {
  const action = { kind: "write_file", path, content, mode: 0o640, owner: OWNER, before } as const;
  return writeFile(action, IDS);
}

function errorOf(outcome: Outcome): string {
  return outcome.isDone ? "it was done" : outcome.error;
}

Deno.test("writeFile() replaces what was planned on and nothing else", () =>
  inDirectory(async (at) => {
    const path = `${at}/file`;
    assert.deepEqual(await write(path), { isDone: true });
    assert.equal(await Deno.readTextFile(path), "new\n");
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o7777, 0o640);

    await Deno.writeTextFile(path, "edited\n");
    assert.match(errorOf(await write(path)), /: it was not there when it was planned$/);
    const old = digestOf(content);
    assert.match(errorOf(await write(path, old)), /: it changed since it was planned$/);
    assert.equal(await Deno.readTextFile(path), "edited\n");
    const current = digestOf(new TextEncoder().encode("edited\n"));
    assert.deepEqual(await write(path, current), { isDone: true });
    await Deno.remove(path);
    assert.match(errorOf(await write(path, current)), /: it changed since it was planned$/);
  }));

Deno.test("writeFile() replaces no link and no directory", () =>
  inDirectory(async (at) => {
    await Deno.writeTextFile(`${at}/target`, "new\n");
    await Deno.symlink("target", `${at}/link`);
    await Deno.symlink("none", `${at}/dangling`);
    await Deno.mkdir(`${at}/directory`);

    for (const name of ["link", "dangling", "directory"]) {
      assert.equal((await write(`${at}/${name}`)).isDone, false, name);
      assert.equal((await write(`${at}/${name}`, digestOf(content))).isDone, false, name);
    }
    const names = [...Deno.readDirSync(at)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["dangling", "directory", "link", "target"]);
  }));

Deno.test("writeFile() and makeLink() clear away what a killed run left of the same file", () =>
  inDirectory(async (at) => {
    const id = "0d8c2a3e-6b1f-4c58-9d1a-8f1f3a2b7c4d";
    for (const name of ["file", "link", "other"]) {
      await Deno.writeTextFile(`${at}/.${name}.${id}.tmp`, "half");
    }

    await write(`${at}/file`);
    await makeLink({ kind: "link", path: `${at}/link`, target: "file" }, runTool);

    const names = [...Deno.readDirSync(at)].map(({ name }) => name).sort();
    assert.deepEqual(names, [`.other.${id}.tmp`, "file", "link"]);
  }));

Deno.test("writeFile() says what the operating system says", async () => {
  const outcome = await write("/nonexistent/file");

  assert.match(errorOf(outcome), /^Cannot write \/nonexistent\/file: No such file or directory/);
});

Deno.test("makeLink() flips a link without a moment in which it is gone", () =>
  inDirectory(async (at) => {
    const path = `${at}/current`;
    await Deno.mkdir(`${at}/1`);
    await makeLink({ kind: "link", path, target: "1" }, runTool);
    let isGone = false;
    let isOver = false;
    const looking = (async () => {
      while (!isOver) {
        isGone ||= !(await Deno.lstat(path).then(() => true, () => false));
      }
    })();

    for (const target of ["2", "1", "-n", "1"]) {
      assert.deepEqual(await makeLink({ kind: "link", path, target }, runTool), { isDone: true });
      assert.equal(await Deno.readLink(path), target);
    }

    isOver = true;
    await looking;
    assert.equal(isGone, false);
    assert.equal([...Deno.readDirSync(`${at}/1`)].length, 0);
  }));

Deno.test("makeDirectory() gives it its mode whatever the umask", () =>
  inDirectory(async (at) => {
    const path = `${at}/shared`;
    const action = { kind: "make_directory", path, mode: 0o2770, owner: OWNER } as const;
    // In a process of its own: the umask is the whole process's, and other tests run in this one.
    const make = `import { makeDirectory } from "${import.meta.resolve("./write_as_root.ts")}";
      Deno.umask(0o077);
      console.log(JSON.stringify(await makeDirectory(${JSON.stringify(action)}, ${
      JSON.stringify(IDS)
    })));`;
    const { stdout, stderr } = await runCommand(Deno.execPath(), ["eval", "-q", make]);
    assert.equal(stdout, '{"isDone":true}\n', stderr);

    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o7777, 0o2770);
    assert.match(errorOf(await makeDirectory(action, IDS)), /: File exists/);
  }));

Deno.test("changeMode() and changeOwner() touch nothing through a link", () =>
  inDirectory(async (at) => {
    await Deno.writeTextFile(`${at}/file`, "", { mode: 0o600 });
    await Deno.symlink("file", `${at}/link`);

    const mode = await changeMode({ kind: "change_mode", path: `${at}/link`, mode: 0o777 });
    const owner = await changeOwner(
      { kind: "change_owner", path: `${at}/link`, owner: OWNER },
      { uid: 1, gid: 1 },
    );

    assert.match(errorOf(mode), /: it is no file and no directory$/);
    assert.match(errorOf(owner), /: it is no file and no directory$/);
    const { mode: after, uid } = await Deno.stat(`${at}/file`);
    assert.deepEqual([(after ?? 0) & 0o7777, uid], [0o600, IDS.uid]);
  }));
