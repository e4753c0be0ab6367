import assert from "node:assert/strict";
import { runCommand } from "../../core/process.ts";
import { digestOf } from "../digest.ts";
import type { Outcome } from "../item.ts";
import { runTool, type Tool } from "./run_tool.ts";
import { changeModeAs, makeDirectoryAs, writeFileAs } from "./write_as_user.ts";

const UID = 65534;
const ignore = Deno.uid() !== 0;
const bytes = (text: string) => new TextEncoder().encode(text);

async function withHome(act: (home: string, as: Tool["as"] & object) => Promise<void>) {
  const at = await Deno.makeTempDir();
  try {
    await Deno.chmod(at, 0o755);
    const home = `${at}/home`;
    await Deno.mkdir(home, { mode: 0o700 });
    await Deno.chown(home, UID, UID);
    await act(home, { user: "nobody", uid: UID, gid: UID, home });
  } finally {
    await Deno.remove(at, { recursive: true });
  }
}

function errorOf(outcome: Outcome): string {
  return outcome.isDone ? "it was done" : outcome.error;
}

function writing(path: string, text: string, before?: string) {
  const owner = { user: "nobody", group: "nogroup" };
  return { kind: "write_file", path, content: bytes(text), mode: 0o640, owner, before } as const;
}

Deno.test({
  name: "writeFileAs() writes every byte with mode and owner, whatever the name",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const names = ["plain", "a b", "-n", "$(id)", "it's", 'q"q', "*", "[x]", "ż", "..x", "\\n"];
      for (const name of names) {
        const path = `${home}/.dir/${name}/${name}`;
        assert.deepEqual(await writeFileAs(writing(path, `\0\xff${name}`), as, runTool), {
          isDone: true,
        });
        assert.deepEqual(await Deno.readFile(path), bytes(`\0\xff${name}`));
        const { uid, gid, mode } = await Deno.lstat(path);
        assert.deepEqual([uid, gid, (mode ?? 0) & 0o7777], [UID, UID, 0o640]);
      }
      const { mode } = await Deno.lstat(`${home}/.dir`);
      assert.equal((mode ?? 0) & 0o7777, 0o700);
    }),
});

Deno.test({
  name: "writeFileAs() puts nothing in place where the content was cut short",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const path = `${home}/file`;
      const whole = await writeFileAs(writing(path, "whole\n"), as, runTool);
      const before = digestOf(bytes("whole\n"));
      const cuts: string[] = [];
      // As where we were killed: somewhere in the content, at its beginning, in the line before it.
      for (const missing of [1, 7, 8, 40]) {
        const cut = await writeFileAs(writing(path, "longer\n", before), as, (tool) => {
          assert.ok(tool.stdin instanceof Uint8Array);
          assert.equal(JSON.stringify(tool.args).includes(before), false);
          return runTool({ ...tool, stdin: tool.stdin.subarray(0, -missing) });
        });
        cuts.push(errorOf(cut));
      }

      assert.equal(whole.isDone, true);
      for (const cut of cuts.slice(0, 2)) assert.match(cut, /: its content was cut short$/);
      assert.equal(cuts.includes("it was done"), false);
      assert.equal(await Deno.readTextFile(path), "whole\n");
      assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), ["file"]);
    }),
});

Deno.test({
  name: "writeFileAs() follows the user's links no further than the user may go",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const roots = `${home}/../roots`;
      await Deno.mkdir(roots, { mode: 0o755 });
      await Deno.symlink(roots, `${home}/to-root`);
      await Deno.mkdir(`${home}/own`);
      await Deno.chown(`${home}/own`, UID, UID);
      await Deno.symlink("own", `${home}/to-own`);

      const refused = await writeFileAs(writing(`${home}/to-root/x`, "x"), as, runTool);
      const done = await writeFileAs(writing(`${home}/to-own/x`, "x"), as, runTool);

      assert.match(
        errorOf(refused),
        /^Cannot write .*\/to-root\/x as "nobody": .*Permission denied$/,
      );
      assert.deepEqual([...Deno.readDirSync(roots)], []);
      assert.deepEqual(done, { isDone: true });
      assert.equal(await Deno.readTextFile(`${home}/own/x`), "x");
    }),
});

Deno.test({
  name: "writeFileAs() leaves nothing behind where the disk is full",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      // As large as the limit on a file's size lets nobody write: the same path as a full disk.
      const outcome = await writeFileAs(writing(`${home}/file`, "x".repeat(100_000)), as, (tool) =>
        runTool({
          ...tool,
          command: "/usr/bin/prlimit",
          args: [
            "--fsize=4096",
            "/usr/bin/env",
            "--ignore-signal=XFSZ",
            tool.command,
            ...tool.args,
          ],
        }));

      assert.match(errorOf(outcome), /File too large$/);
      assert.deepEqual([...Deno.readDirSync(home)], []);
    }),
});

Deno.test({
  name: "writeFileAs() clears away what a killed run left, and only that",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const id = "0d8c2a3e-6b1f-4c58-9d1a-8f1f3a2b7c4d";
      const kept = ["file.tmp", ".file.tmp", `.file2.${id}.tmp`, `.file.${id}.tmp.own`].sort();
      for (const name of [...kept, `.file.${id}.tmp`]) {
        await Deno.writeTextFile(`${home}/${name}`, "");
      }
      await runCommand("/usr/bin/chown", ["-R", `${UID}:${UID}`, home]);

      assert.deepEqual(await writeFileAs(writing(`${home}/file`, "x"), as, runTool), {
        isDone: true,
      });

      const names = [...Deno.readDirSync(home)].map(({ name }) => name).sort();
      assert.deepEqual(names, [...kept, "file"].sort());
    }),
});

Deno.test({
  name: "writeFileAs() gives up on what keeps it waiting",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const path = `${home}/fifo`;
      await runCommand("/usr/bin/mkfifo", [path]);

      const outcome = await writeFileAs(writing(path, "x", digestOf(bytes("y"))), as, runTool);

      assert.match(errorOf(outcome), /: it changed since it was planned$/);
      assert.ok((await Deno.lstat(path)).isFifo);
    }),
});

Deno.test({
  name: "makeDirectoryAs() and changeModeAs() act as the user",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const owner = { user: "nobody", group: "nogroup" };
      const path = `${home}/a/b c`;
      const make = { kind: "make_directory", path, mode: 0o750, owner } as const;
      assert.deepEqual(await makeDirectoryAs(make, as, runTool), { isDone: true });
      const mode = { kind: "change_mode", path, mode: 0o700 } as const;
      assert.deepEqual(await changeModeAs(mode, as, runTool), { isDone: true });

      const info = await Deno.lstat(path);
      assert.deepEqual([info.uid, (info.mode ?? 0) & 0o7777], [UID, 0o700]);
      assert.match(errorOf(await makeDirectoryAs(make, as, runTool)), /File exists$/);
      const roots = { kind: "change_mode", path: "/etc/passwd", mode: 0o777 } as const;
      assert.match(errorOf(await changeModeAs(roots, as, runTool)), /Operation not permitted$/);
    }),
});

Deno.test({
  name: "writeFileAs() leaves the old file or the new one whenever it is killed",
  ignore,
  fn: () =>
    withHome(async (home, as) => {
      const path = `${home}/file`;
      const contents = ["first", "second", "third"].map((word) => word.repeat(10_000));
      let current = "";
      const ends = new Set<boolean>();
      // It takes some 30 ms: each run is killed a little later than the one before.
      for (let killAfterMs = 1; killAfterMs <= 50; killAfterMs++) {
        const next = contents[killAfterMs % 3] ?? "";
        const before = current === "" ? undefined : digestOf(bytes(current));
        const { isDone } = await writeFileAs(writing(path, next, before), as, (tool) =>
          runTool({ ...tool, deadlineMs: killAfterMs }));
        ends.add(isDone);
        const found = await Deno.readTextFile(path).catch(() =>
          ""
        );
        assert.ok(found === next || (!isDone && found === current), `after ${killAfterMs} ms`);
        current = found;
      }
      assert.ok(ends.has(false), "some of them were killed");

      const before = current === "" ? undefined : digestOf(bytes(current));
      assert.deepEqual(await writeFileAs(writing(path, "last", before), as, runTool), {
        isDone: true,
      });
      assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), ["file"]);
    }),
});
