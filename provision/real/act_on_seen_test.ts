import assert from "node:assert/strict";
import { fchmodSync } from "node:fs";
import { writeFileAtomic } from "../../core/atomic_file.ts";
import { digestOf } from "../digest.ts";
import { actOnSeen, filesAmongOthers, Swapped } from "./act_on_seen.ts";
import { changeMode, changeOwner, writeFile } from "./write_as_root.ts";

const isRoot = Deno.uid() === 0;
const IDS = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
const OWNER = { user: "root", group: "root" };
/** Who may write to the directory, as the group of `/opt/codex-shared` may. */
const MEMBER = 65_534;

async function inDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await act(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const modeOf = (path: string) => (Deno.lstatSync(path).mode ?? 0) & 0o7777;

Deno.test("actOnSeen() acts on what was seen, and on nothing that took its name", () =>
  inDirectory(async (at) => {
    const path = `${at}/file`;
    await Deno.writeTextFile(path, "", { mode: 0o600 });
    await Deno.writeTextFile(`${at}/secret`, "", { mode: 0o600 });
    const seen = await Deno.lstat(path);
    const open = (descriptor: number) => fchmodSync(descriptor, 0o666);

    actOnSeen(path, seen, open);
    assert.equal(modeOf(path), 0o666);
    await Deno.remove(path);
    await Deno.symlink("secret", path);
    assert.throws(() => actOnSeen(path, seen, open));
    await Deno.remove(path);
    await Deno.rename(`${at}/secret`, path);
    assert.throws(() => actOnSeen(path, seen, open), Swapped);
    assert.equal(modeOf(path), 0o600);
  }));

Deno.test("actOnSeen() acts on no file that has a second name", () =>
  inDirectory(async (at) => {
    await Deno.writeTextFile(`${at}/secret`, "", { mode: 0o600 });
    await Deno.link(`${at}/secret`, `${at}/file`);

    const action = { kind: "change_mode", path: `${at}/file`, mode: 0o666 } as const;

    assert.deepEqual(await changeMode(action), {
      isDone: false,
      error: `Cannot set the mode of ${at}/file: ` +
        "it was swapped for another file meanwhile, or has a second name",
    });
    assert.equal(modeOf(`${at}/secret`), 0o600);
  }));

Deno.test("filesAmongOthers() gives mode and owner before the first byte, whatever the umask", () =>
  inDirectory(async (at) => {
    const path = `${at}/file`;

    await writeFileAtomic(path, "text", { mode: 0o666, owner: IDS, files: filesAmongOthers() });

    const { uid, gid } = await Deno.lstat(path);
    assert.deepEqual([modeOf(path), uid, gid], [0o666, IDS.uid, IDS.gid]);
    assert.equal(await Deno.readTextFile(path), "text");
  }));

Deno.test({
  name: "writeFile(), changeMode() and changeOwner() do nothing to root's, whatever is swapped",
  ignore: !isRoot,
  fn: () =>
    inDirectory(async (at) => {
      const [directory, secret] = [`${at}/shared`, `${at}/secret`];
      await Deno.chmod(at, 0o755);
      await Deno.mkdir(directory);
      await Deno.chown(directory, 0, MEMBER);
      await Deno.chmod(directory, 0o2770);
      await Deno.writeTextFile(secret, "secret", { mode: 0o600 });
      const path = `${directory}/auth.json`;
      // Puts a link in the place of each file as soon as it is there, and a file in that of each link.
      const swapper = new Deno.Command("/usr/bin/setpriv", {
        args: [
          ...[`--reuid=${MEMBER}`, `--regid=${MEMBER}`, "--clear-groups", "--pdeathsig=KILL"],
          ...["/usr/bin/perl", "-e"],
          'chdir $ARGV[0]; $| = 1; print qq(on\n); while (1) { opendir(D, "."); ' +
          'for (readdir D) { next if -d; if (-l) { unlink; open(F, ">", $_) if $_ eq "auth.json" } ' +
          "else { unlink; symlink($ARGV[1], $_) } } closedir D }",
          ...[directory, secret],
        ],
        stdout: "piped",
      }).spawn();
      const reader = swapper.stdout.getReader();
      await reader.read();
      try {
        const content = new TextEncoder().encode("new");
        const group = { uid: 0, gid: MEMBER };
        const write = { kind: "write_file", path, content, mode: 0o660, owner: OWNER } as const;
        for (let i = 0; i < 300; i++) {
          // What is there is one of these, or swapped before it is looked at.
          for (const before of [undefined, digestOf(new Uint8Array())]) {
            await writeFile({ ...write, before }, group);
          }
          await changeOwner({ kind: "change_owner", path, owner: OWNER }, group);
          await changeMode({ kind: "change_mode", path, mode: 0o660 });
          const { uid, gid } = await Deno.lstat(secret);
          assert.deepEqual([modeOf(secret), uid, gid], [0o600, 0, 0], `after ${i} rounds`);
        }
      } finally {
        swapper.kill("SIGKILL");
        await reader.cancel();
        await swapper.status;
      }
      assert.equal(await Deno.readTextFile(secret), "secret");
    }),
});
