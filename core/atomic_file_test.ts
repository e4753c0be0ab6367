/**
 * Real files, a really full disk, a really killed writer; a stand-in only for steps that fail.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { snippetArgs } from "../tests/support/snippet.ts";
import { denoFiles, type FileEffects, isLeftover, writeFileAtomic } from "./atomic_file.ts";
import { withDeadline } from "./deadline.ts";
import { runCommand, startChild } from "./process.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-atomic-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("writeFileAtomic() writes bytes and text when the file is new or old", () =>
  withFolder(async (folder) => {
    const path = `${folder}/state.json`;

    await writeFileAtomic(path, "é\n");
    const first = await Deno.readFile(path);
    await writeFileAtomic(path, new Uint8Array([0, 255, 10]));

    assert.deepEqual([...first], [0xc3, 0xa9, 0x0a]);
    assert.deepEqual([...await Deno.readFile(path)], [0, 255, 10]);
    assert.deepEqual(names(folder), ["state.json"]);
  }));

Deno.test("writeFileAtomic() gives back any content when it is read", () =>
  withFolder(async (folder) => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (content) => {
      await writeFileAtomic(`${folder}/x`, content);

      assert.deepEqual([...await Deno.readFile(`${folder}/x`)], [...content]);
    });

    await fc.assert(property, { numRuns: 25 });
  }));

Deno.test("writeFileAtomic() sets exactly the mode when the umask would take bits away", () =>
  withFolder(async (folder) => {
    await writeFileAtomic(`${folder}/open`, "x", { mode: 0o666 });
    await writeFileAtomic(`${folder}/closed`, "x", { mode: 0o600 });
    await writeFileAtomic(`${folder}/usual`, "x");

    const modes = ["open", "closed", "usual"].map((name) =>
      (Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777
    );
    assert.deepEqual(modes, [0o666, 0o600, 0o644]);
  }));

Deno.test("writeFileAtomic() sets mode and owner before there is any content", () =>
  withFolder(async (folder) => {
    // Only root may give a file away.
    const owner = Deno.uid() === 0
      ? { uid: 65_534, gid: 65_534 }
      : { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
    const seen: unknown[] = [];
    const files: FileEffects = {
      ...denoFiles,
      async create(path, mode) {
        const file = await denoFiles.create(path, mode);
        const write = (bytes: Uint8Array) => {
          const { size, uid, gid, mode } = Deno.statSync(path);
          seen.push({ size, uid, gid, mode: (mode ?? 0) & 0o777 });
          return file.write(bytes);
        };
        return { ...file, write };
      },
    };

    await writeFileAtomic(`${folder}/token`, "s3cret", { mode: 0o640, owner, files });

    assert.deepEqual(seen, [{ size: 0, ...owner, mode: 0o640 }]);
    const { uid, gid } = await Deno.stat(`${folder}/token`);
    assert.deepEqual({ uid, gid }, owner);
  }));

/** The real files, but one step fails. */
function failing(step: string): FileEffects {
  const fail = () => Promise.reject(new Error(`${step} failed`));
  return {
    ...denoFiles,
    async create(path, mode) {
      if (step === "create") return await fail();
      const file = await denoFiles.create(path, mode);
      // Half the content reaches the disk.
      const write = async (bytes: Uint8Array) => {
        await file.write(bytes.subarray(0, bytes.length / 2));
        await fail();
      };
      return {
        write: step === "write" ? write : file.write,
        sync: step === "sync" ? fail : file.sync,
        close: file.close,
      };
    },
    ...(step === "chown" ? { chown: fail } : {}),
    ...(step === "rename" ? { rename: fail } : {}),
    ...(step === "syncDirectory" ? { syncDirectory: fail } : {}),
  };
}

Deno.test.each([["create"], ["chown"], ["write"], ["sync"], ["rename"]])(
  "writeFileAtomic() leaves the old content and nothing else when %s fails",
  (step) =>
    withFolder(async (folder) => {
      const path = `${folder}/state.json`;
      await writeFileAtomic(path, "old");
      const owner = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };

      const writing = writeFileAtomic(path, "new content", { owner, files: failing(step) });

      await assert.rejects(writing, new Error(`${step} failed`));
      assert.equal(await Deno.readTextFile(path), "old");
      assert.deepEqual(names(folder), ["state.json"]);
    }),
);

Deno.test("writeFileAtomic() throws with the new content in place when only the directory's sync fails", () =>
  withFolder(async (folder) => {
    const path = `${folder}/state.json`;
    await writeFileAtomic(path, "old");

    const writing = writeFileAtomic(path, "new", { files: failing("syncDirectory") });

    await assert.rejects(writing, new Error("syncDirectory failed"));
    assert.equal(await Deno.readTextFile(path), "new");
    assert.deepEqual(names(folder), ["state.json"]);
  }));

Deno.test("writeFileAtomic() throws the first failure when the removal fails too", () =>
  withFolder(async (folder) => {
    const remove = () => Promise.reject(new Error("remove failed"));

    const writing = writeFileAtomic(`${folder}/x`, "new", {
      files: { ...failing("write"), remove },
    });

    await assert.rejects(writing, new Error("write failed"));
    assert.deepEqual(names(folder).map((name) => isLeftover(name, "x")), [true]);
  }));

Deno.test("writeFileAtomic() throws when the directory does not exist", async () => {
  await assert.rejects(writeFileAtomic("/nonexistent/x", "x"), Deno.errors.NotFound);
});

Deno.test("writeFileAtomic() lets a reader see only whole content when the writer is killed", () =>
  withFolder(async (folder) => {
    const path = `${folder}/state`;
    const code = `
      import { writeFileAtomic } from "@root/core/atomic_file.ts";
      for (let round = 1;; round++) {
        const digit = round % 9 + 1;
        await writeFileAtomic(Deno.args[0], String(digit).repeat(digit * 40_000));
        if (round === 1) console.log("writing");
      }`;
    let reads = 0;

    for (let kill = 0; kill < 25; kill++) {
      const started = Promise.withResolvers<void>();
      const writer = startChild({
        command: Deno.execPath(),
        args: snippetArgs(code, [path]),
        onLine: () => started.resolve(),
      });
      await withDeadline(started.promise, 60_000, "The writer's first write");
      // A different instant each time.
      for (let look = 0; look <= kill * 3; look++, reads++) {
        assertWhole(await Deno.readTextFile(path));
      }
      writer.kill("SIGKILL");
      await writer.ended;
      assertWhole(await Deno.readTextFile(path));
    }

    assert.ok(reads > 500);
    const leftovers = names(folder).filter((name) => name !== "state");
    assert.deepEqual(leftovers.filter((name) => !isLeftover(name, "state")), []);
  }));

function assertWhole(content: string): void {
  const digit = content.charAt(0);
  assert.match(digit, /^[1-9]$/);
  assert.equal(content.length, Number(digit) * 40_000);
  assert.equal(content, digit.repeat(content.length));
}

/** Runs code with a full-able disk of 64 KiB at the path it finds in `Deno.args`. */
function onSmallDisk(folder: string, code: string) {
  const script = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"';
  return runCommand(
    "unshare",
    ["-rm", "sh", "-c", script, folder, Deno.execPath(), ...snippetArgs(code, [folder])],
    { deadlineMs: 60_000 },
  );
}

/** Whether this machine lets a test mount a disk of its own. */
async function canMount(): Promise<boolean> {
  try {
    const args = ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"];
    return (await runCommand("unshare", args)).code === 0;
  } catch {
    // No `unshare` at all.
    return false;
  }
}

Deno.test({
  name: "writeFileAtomic() leaves the old content and nothing else when the disk is full",
  ignore: !await canMount(),
  fn: () =>
    withFolder(async (folder) => {
      const code = `
        import { writeFileAtomic } from "@root/core/atomic_file.ts";
        const path = Deno.args[0] + "/state";
        await writeFileAtomic(path, "old");
        let error;
        await writeFileAtomic(path, "x".repeat(100_000)).catch((thrown) => error = thrown);
        const names = [...Deno.readDirSync(Deno.args[0])].map((entry) => entry.name);
        console.log(JSON.stringify([error.code, await Deno.readTextFile(path), names]));
        await writeFileAtomic(path, "y".repeat(30_000));
        console.log(Deno.statSync(path).size);`;

      const { stdout, stderr } = await onSmallDisk(folder, code);

      const [first = "", second] = stdout.split("\n");
      assert.notEqual(first, "", stderr);
      assert.deepEqual(JSON.parse(first), ["ENOSPC", "old", ["state"]]);
      assert.equal(second, "30000");
    }),
});

const anyName = fc.string({ unit: "binary", minLength: 1 }).filter((name) => !/[/\0]/.test(name));

Deno.test("isLeftover() tells whose it was when given what a killed write leaves", () => {
  fc.assert(fc.property(anyName, anyName, fc.uuid(), (name, other, id) => {
    const leftover = `.${name}.${id}.tmp`;

    assert.equal(isLeftover(leftover), true);
    assert.equal(isLeftover(leftover, name), true);
    assert.equal(isLeftover(leftover, other), other === name);
  }));
});

Deno.test("isLeftover() says no when the name is anything else", () => {
  fc.assert(fc.property(anyName, (name) => {
    assert.equal(isLeftover(name), false);
    assert.equal(isLeftover(`.${name}.tmp`), false);
    assert.equal(isLeftover(`${name}.json`, name), false);
  }));
});
