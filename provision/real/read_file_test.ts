import assert from "node:assert/strict";
import { MAX_READ_BYTES } from "../host_view.ts";
import { runCommand } from "../../core/process.ts";
import { directoryNames, fileBytes, fileFact } from "./read_file.ts";

const UID = Deno.uid() ?? 0;
const isRoot = UID === 0;

async function inDirectory(act: (directory: string) => Promise<void> | void): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await act(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("fileBytes() gives the bytes of a regular file of the owner only", () =>
  inDirectory(async (at) => {
    await Deno.writeTextFile(`${at}/file`, "text");
    await Deno.writeTextFile(`${at}/empty`, "");

    assert.deepEqual(fileBytes(`${at}/file`, undefined), new TextEncoder().encode("text"));
    assert.deepEqual(fileBytes(`${at}/file`, UID), new TextEncoder().encode("text"));
    assert.equal(fileBytes(`${at}/file`, UID + 1), undefined);
    assert.deepEqual(fileBytes(`${at}/empty`, UID), new Uint8Array());
  }));

Deno.test("fileBytes() neither waits nor follows", () =>
  inDirectory(async (at) => {
    await Deno.writeTextFile(`${at}/file`, "text");
    await Deno.symlink(`${at}/file`, `${at}/link`);
    await Deno.symlink(`${at}/loop`, `${at}/loop`);
    await Deno.mkdir(`${at}/directory`);
    await runCommand("/usr/bin/mkfifo", [`${at}/fifo`]);
    const hole = await Deno.open(`${at}/hole`, { create: true, write: true });
    await hole.truncate(10 * 1024 ** 3);
    hole.close();
    using _socket = Deno.listen({ transport: "unix", path: `${at}/socket` });

    const names = ["link", "loop", "directory", "fifo", "hole", "socket", "none", "file/below"];
    for (const name of [...names, "loop/below"]) {
      for (const owner of [UID, undefined]) {
        assert.equal(fileBytes(`${at}/${name}`, owner), undefined, name);
      }
    }
    for (const device of ["/dev/null", "/dev/zero", "/dev/tty"]) {
      assert.equal(fileBytes(device, undefined), undefined, device);
    }
    assert.deepEqual(fileFact(`${at}/fifo`), { kind: "other" });
    assert.deepEqual(fileFact(`${at}/socket`), { kind: "other" });
    assert.deepEqual(fileFact("/dev/zero"), { kind: "other" });
    assert.deepEqual(fileFact(`${at}/loop/below`), { kind: "other" });
    assert.deepEqual(fileFact(`${at}/loop`), { kind: "link", target: `${at}/loop`, uid: UID });
    assert.deepEqual(fileFact(`${at}/file/below`), { kind: "absent" });
    assert.deepEqual(fileFact(`${at}/${"x".repeat(300)}`), { kind: "other" });
  }));

Deno.test("fileBytes() does not wait for a lease to be given up", () =>
  inDirectory(async (at) => {
    await Deno.writeTextFile(`${at}/file`, "text");
    const lease = new Deno.Command("/usr/bin/perl", {
      // F_SETLEASE is 1024, F_WRLCK is 1.
      args: [
        "-e",
        '$SIG{IO} = "IGNORE"; open(F, "+<", $ARGV[0]); fcntl(F, 1024, 1) or die $!;' +
        "$| = 1; print qq(held\n); sleep 60",
        `${at}/file`,
      ],
      stdout: "piped",
    }).spawn();
    const reader = lease.stdout.getReader();
    const { value } = await reader.read();
    try {
      assert.equal(new TextDecoder().decode(value), "held\n");
      assert.equal(fileBytes(`${at}/file`, UID), undefined);
    } finally {
      lease.kill("SIGKILL");
      await reader.cancel();
      await lease.status;
    }
  }));

Deno.test("fileBytes() reads a file that grows, up to the limit", () =>
  inDirectory(async (at) => {
    const path = `${at}/file`;
    const file = await Deno.open(path, { create: true, write: true });
    await file.truncate(MAX_READ_BYTES);
    file.close();

    assert.equal(fileBytes(path, UID)?.length, MAX_READ_BYTES);
    assert.equal(fileBytes(path, undefined)?.length, MAX_READ_BYTES);
    // It says that it is empty and is not: as a file that grew after it was looked at.
    const told = new TextDecoder().decode(fileBytes("/proc/sys/kernel/random/boot_id", 0));
    assert.match(told, /^[0-9a-f-]{36}\n$/);
  }));

Deno.test("directoryNames() lists a directory of the owner only, and follows no link in a home", () =>
  inDirectory(async (at) => {
    await Deno.mkdir(`${at}/directory`);
    for (const name of ["b", "a", ".c"]) await Deno.writeTextFile(`${at}/directory/${name}`, "");
    await Deno.symlink(`${at}/directory`, `${at}/link`);

    assert.deepEqual(directoryNames(`${at}/directory`, UID), [".c", "a", "b"]);
    assert.deepEqual(directoryNames(`${at}/link`, undefined), [".c", "a", "b"]);
    assert.deepEqual(directoryNames(`${at}/link`, UID), []);
    assert.deepEqual(directoryNames(`${at}/directory`, UID + 1), []);
    assert.deepEqual(directoryNames(`${at}/directory/a`, UID), []);
    assert.deepEqual(directoryNames(`${at}/none`, undefined), []);
  }));

Deno.test("fileFact() tells mode and owner with set-id and sticky bits", () =>
  inDirectory(async (at) => {
    await Deno.mkdir(`${at}/shared`);
    await Deno.chmod(`${at}/shared`, 0o3770);

    const fact = fileFact(`${at}/shared`);

    assert.deepEqual(fact, { kind: "directory", mode: 0o3770, uid: UID, gid: Deno.gid() });
  }));

Deno.test({
  name: "fileBytes() gives nothing of root's however a user swaps what leads there",
  ignore: !isRoot,
  fn: () =>
    inDirectory(async (at) => {
      // A home whose directory is swapped for a link to root's, as fast as it goes.
      await Deno.mkdir(`${at}/roots`);
      await Deno.writeTextFile(`${at}/roots/token`, "secret", { mode: 0o600 });
      await Deno.mkdir(`${at}/home/own`, { recursive: true });
      await Deno.writeTextFile(`${at}/home/own/token`, "own");
      await runCommand("/usr/bin/chown", ["-R", "65534:65534", `${at}/home`]);
      await Deno.chmod(at, 0o755);
      const swapper = new Deno.Command("/usr/bin/setpriv", {
        args: [
          ...["--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL"],
          ...["/usr/bin/perl", "-e"],
          'chdir $ARGV[0]; symlink("../roots", "link"); $| = 1; print qq(on\n);' +
          'while (1) { rename("own", "kept"); rename("link", "own");' +
          'rename("own", "link"); rename("kept", "own") }',
          `${at}/home`,
        ],
        stdout: "piped",
      }).spawn();
      const reader = swapper.stdout.getReader();
      await reader.read();
      try {
        const seen = new Map<string, number>();
        // On a busy machine either of them may have to wait for its turn.
        const isOver = (i: number) => i >= 20_000 && seen.has("own") && seen.has("nothing");
        for (let i = 0; !isOver(i) && i < 2_000_000; i++) {
          const bytes = fileBytes(`${at}/home/own/token`, 65534);
          const text = bytes === undefined ? "nothing" : new TextDecoder().decode(bytes);
          seen.set(text, (seen.get(text) ?? 0) + 1);
        }
        assert.equal(seen.has("secret"), false);
        assert.ok((seen.get("own") ?? 0) > 0 && (seen.get("nothing") ?? 0) > 0, `${[...seen]}`);
      } finally {
        swapper.kill("SIGKILL");
        await reader.cancel();
        await swapper.status;
      }
    }),
});
