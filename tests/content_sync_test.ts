/**
 * The content-sync component's script, with the real rclone on local directories.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { ROOT } from "./support/program.ts";

const SCRIPT = `${ROOT}k8s/components/content-sync/content_sync.sh`;

interface Sides extends AsyncDisposable {
  readonly source: string;
  readonly target: string;
  run(env?: Record<string, string>): Promise<{ code: number; text: string; names: string[] }>;
}

Deno.test("content_sync.sh makes the target like the source", async () => {
  await using sides = await make({ "index.html": "brand new", "a.txt": "a", ".DS_Store": "x" }, {
    "index.html": "old",
    "gone.txt": "gone",
  });

  const { code, text, names } = await sides.run();

  assert.equal(code, 0, text);
  assert.deepEqual(names, ["a.txt", "index.html"]);
  assert.equal(await Deno.readTextFile(`${sides.target}/index.html`), "brand new");
});

Deno.test("content_sync.sh leaves the target alone when the source is empty", async () => {
  await using sides = await make({}, { "index.html": "old" });

  const { code, text, names } = await sides.run();

  assert.equal(code, 0, text);
  assert.match(text, /GUARD: site:.* is empty/);
  assert.deepEqual(names, ["index.html"]);
});

Deno.test("content_sync.sh leaves the target alone when the entry is missing", async () => {
  await using sides = await make({ "xindex.html": "no", "other.txt": "x" }, {
    "index.html": "old",
  });

  const { code, text, names } = await sides.run();

  assert.equal(code, 0, text);
  assert.match(text, /GUARD: .* has no index\.html/);
  assert.deepEqual(names, ["index.html"]);
});

Deno.test("content_sync.sh fails loudly when the source cannot be listed", async () => {
  await using sides = await make({ "index.html": "new" }, { "index.html": "old" });

  const { code, text } = await sides.run({ CONTENT_SOURCE: "site:/no/such/directory" });

  assert.equal(code, 1);
  assert.match(text, /FATAL: cannot list site:/);
  assert.equal(await Deno.readTextFile(`${sides.target}/index.html`), "old");
});

for (const [gone, fails] of [[25, false], [30, true]] as const) {
  Deno.test(`content_sync.sh ${fails ? "deletes nothing" : "goes on"} when ${gone} files are gone`, async () => {
    const old = Object.fromEntries(
      Array.from({ length: gone }, (_, at) => [`sub/old${at}.txt`, "x"]),
    );
    await using sides = await make({ "index.html": "new" }, { "index.html": "old", ...old });

    const { code, text, names } = await sides.run();

    assert.equal(code === 0, !fails, text);
    assert.equal(names.length, fails ? gone + 1 : 1);
    if (fails) assert.match(text, /FATAL: 30 files of .* are gone from .*, more than 25/);
  });
}

async function make(
  source: Readonly<Record<string, string>>,
  target: Readonly<Record<string, string>>,
): Promise<Sides> {
  const root = await Deno.makeTempDir({ prefix: "hearth-content-" });
  for (const [side, files] of [["source", source], ["target", target]] as const) {
    await Deno.mkdir(`${root}/${side}/sub`, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${side}/${name}`, text);
    }
  }
  const config = `${root}/rclone.conf`;
  await Deno.writeTextFile(config, "[site]\ntype = local\n");
  await Deno.chmod(config, 0o400);
  return {
    source: `${root}/source`,
    target: `${root}/target`,
    async run(env = {}) {
      const { code, stdout, stderr } = await runCommand("/bin/sh", [SCRIPT], {
        env: {
          CONTENT_SOURCE: `site:${root}/source`,
          CONTENT_ENTRY: "index.html",
          CONTENT_TARGET: `${root}/target`,
          CONTENT_RCLONE_CONF: config,
          ...env,
        },
      });
      const found = await runCommand("find", [`${root}/target`, "-type", "f", "-printf", "%f\n"]);
      return { code, text: stdout + stderr, names: found.stdout.trim().split("\n").sort() };
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
