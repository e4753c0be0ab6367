import assert from "node:assert/strict";
import { createHome } from "./create_home.ts";
import { runTool } from "./run_tool.ts";

const UID = 65534;
const ignore = Deno.uid() !== 0;

async function inDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await act(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Everything below a home: name, kind, mode, owner. */
function listing(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => {
    const info = Deno.lstatSync(`${directory}/${name}`);
    return `${name} ${info.isFile} ${((info.mode ?? 0) & 0o7777).toString(8)} ${info.uid}`;
  }).sort();
}

Deno.test({
  name: "createHome() makes a home of the skeleton, whole and its own",
  ignore,
  fn: () =>
    inDirectory(async (at) => {
      const home = `${at}/ada`;

      const outcome = await createHome("ada", { uid: UID, gid: UID, home }, runTool);

      assert.deepEqual(outcome, { isDone: true });
      const info = Deno.lstatSync(home);
      assert.deepEqual([(info.mode ?? 0) & 0o7777, info.uid, info.gid], [0o700, UID, UID]);
      const names = (directory: string) =>
        [...Deno.readDirSync(directory)].map((e) => e.name).sort();
      assert.deepEqual(names(home), names("/etc/skel"));
      assert.ok(listing(home).every((line) => line.endsWith(` ${UID}`)), `${listing(home)}`);
      assert.deepEqual(names(at), ["ada"]);
    }),
});

Deno.test({
  name: "createHome() leaves no half of a home wherever it is killed, and finishes it then",
  ignore,
  fn: () =>
    inDirectory(async (at) => {
      for (const [step, isAfter] of [0, 1, 2].flatMap((n) => [[n, false], [n, true]] as const)) {
        const home = `${at}/u${step}${isAfter}`;
        const account = { uid: UID, gid: UID, home };
        let count = 0;
        const dying = createHome("ada", account, async (tool) => {
          const isLast = count++ === step;
          if (isLast && !isAfter) throw new Killed();
          const end = await runTool(tool);
          if (isLast) throw new Killed();
          return end;
        });
        await assert.rejects(dying, Killed);
        assert.throws(() => Deno.lstatSync(home), Deno.errors.NotFound);

        assert.deepEqual(await createHome("ada", account, runTool), { isDone: true });
        assert.ok(listing(home).length > 0);
        assert.deepEqual([...Deno.readDirSync(at)].filter(({ name }) => name.startsWith(".")), []);
        await Deno.remove(home, { recursive: true });
      }
    }),
});

Deno.test({
  name: "createHome() says why it could not, and leaves no half of a home",
  ignore,
  fn: () =>
    inDirectory(async (at) => {
      const account = { uid: UID, gid: UID, home: `${at}/none/ada` };
      const nowhere = await createHome("ada", account, runTool);
      const full = await createHome("ada", { ...account, home: `${at}/ada` }, (tool) =>
        Promise.resolve({ code: 1, stdout: "", stderr: "", trouble: `"${tool.command}" is ill` }));

      assert.deepEqual(nowhere, {
        isDone: false,
        error: `Cannot create the home ${at}/none/ada of "ada": No such file or directory`,
      });
      assert.deepEqual(full, {
        isDone: false,
        error: `Cannot create the home ${at}/ada of "ada": "/usr/bin/cp" is ill`,
      });
      assert.throws(() =>
        Deno.lstatSync(`${at}/ada`), Deno.errors.NotFound);
    }),
});

class Killed extends Error {}
