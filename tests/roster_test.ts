/**
 * The roster program itself, under its permission set, on real files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runCommand } from "../core/process.ts";
import { ROOT } from "./support/program.ts";

const ROSTER = `# The people
users:
  ada: {authentik_user: ada, k8s_user: ada, tier: admin}

  bob: # leaves
    authentik_user: bob
    k8s_user: bob
    tier: power-user
# the end
`;

/** Runs the program in a folder of files; gives its outcome and the folder's files afterwards. */
async function roster(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string; files: Record<string, string> }> {
  const folder = await Deno.makeTempDir({ prefix: "hearth-roster-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const result = await runCommand(Deno.execPath(), [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "--frozen",
      "-P=roster",
      `${ROOT}roster.ts`,
      ...args.map((arg) => arg in files ? `${folder}/${arg}` : arg),
    ], { env: { NO_COLOR: "1", LOG_FORMAT: "text" }, deadlineMs: 120_000 });
    const after: Record<string, string> = {};
    for (const { name } of Deno.readDirSync(folder)) {
      after[name] = await Deno.readTextFile(`${folder}/${name}`);
    }
    const text = (output: string) => output.replaceAll(`${folder}/`, "");
    return { ...result, stdout: text(result.stdout), stderr: text(result.stderr), files: after };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("roster validate says every fault in one sentence and exits 2 when the roster is wrong", async () => {
  const text = ROSTER.replace("power-user", "powr-user").replace("k8s_user: bob", "k8s-user: bob");

  const { code, stdout, stderr } = await roster({ "r.yaml": text }, ["validate", "r.yaml"]);

  assert.deepEqual([code, stdout], [2, ""]);
  assert.equal(
    stderr,
    'roster: Cannot read roster "r.yaml": users.bob.k8s_user is missing, must be a user name such ' +
      'as "alice" or "alice@example.com", without blanks or other signs (line 5, column 3); ' +
      'users.bob.k8s-user is no known key, did you mean "k8s_user" (line 7, column 5); ' +
      'users.bob.tier is "powr-user", must be one of "admin", "power-user", "namespace-owner" ' +
      "(line 8, column 11)\n",
  );
});

Deno.test("roster validate --json gives faults with place and suggestion to a machine", async () => {
  const files = { "r.yaml": ROSTER.replace("tier: power-user", "teir: power-user") };

  const { code, stdout } = await roster(files, ["validate", "r.yaml", "--json"]);

  const { version, is_valid, faults } = JSON.parse(stdout);
  assert.deepEqual([code, version, is_valid, faults.length], [2, 1, false, 2]);
  const { path, line, column, suggestion } = faults[1];
  assert.deepEqual([path, line, column, suggestion], [["users", "bob", "teir"], 8, 5, "tier"]);
});

Deno.test("roster validate exits 1 when a tier conflicts and 0 when a user is absent", async () => {
  const files = { "r.yaml": ROSTER, "k.json": '{"bob": "namespace-owner"}', "none.json": "{}" };

  const conflict = await roster(files, ["validate", "r.yaml", "--k8s-users", "k.json"]);
  const absent = await roster(files, ["validate", "r.yaml", "--k8s-users", "none.json"]);

  assert.equal(conflict.code, 1);
  assert.match(
    conflict.stdout,
    /^error: users\.bob\.tier .*\nr\.yaml: 2 users, 1 error, 0 warnings\n$/,
  );
  assert.equal(absent.code, 0);
  assert.match(absent.stdout, /^warning: users\.bob\.k8s_user .*\nr\.yaml: 2 users, 0 errors, 1 /);
});

Deno.test("roster derive keeps a leaver's port when its own output is handed back", async () => {
  const before = JSON.parse((await roster({ "r.yaml": ROSTER }, ["derive", "r.yaml"])).stdout);
  const files = {
    "r.yaml": ROSTER.replaceAll("bob", "cy"),
    "p.json": JSON.stringify(before.ports),
    "q.json": JSON.stringify(before.playwright_ports),
  };
  const args = ["derive", "r.yaml", "--ports", "p.json", "--playwright-ports", "q.json"];

  const after = await roster(files, args);
  const again = await roster(files, args);

  const { ports, playwright_ports, dispatch } = JSON.parse(after.stdout);
  assert.deepEqual(ports, { ada: 3773, bob: 3774, cy: 3775 });
  assert.deepEqual(playwright_ports, { ada: 8931, bob: 8932, cy: 8933 });
  assert.deepEqual(Object.keys(dispatch), ["ada", "cy"]);
  assert.equal(again.stdout, after.stdout);
});

Deno.test("roster derive warns when a user keeps a port of Hearth's own", async () => {
  const files = { "r.yaml": ROSTER, "p.json": '{"bob": 3780}' };

  const { code, stderr } = await roster(files, ["derive", "r.yaml", "--ports", "p.json"]);

  assert.equal(code, 0);
  assert.match(stderr, /bob keeps a port/);
});

Deno.test("roster offboard plans the cut, and deletes only when it is asked to", async () => {
  const files = { "old.yaml": ROSTER, "new.yaml": ROSTER.replaceAll("bob", "cy") };
  const args = ["offboard", "--old", "old.yaml", "--new", "new.yaml"];

  const cut = await roster(files, args);
  const all = await roster(files, [...args, "--destructive", "--json"]);
  const none = await roster(files, ["offboard", "--old", "old.yaml", "--new", "old.yaml"]);

  assert.equal(cut.code, 2);
  assert.match(cut.stdout, /^bob\n {2}disable_instance /);
  assert.doesNotMatch(cut.stdout, /userdel/);
  const { steps } = JSON.parse(all.stdout);
  assert.deepEqual([steps.length, steps[5].kind, steps[5].is_reversible], [
    6,
    "userdel_archive",
    false,
  ]);
  assert.deepEqual([none.code, none.stdout], [0, "Nobody left.\n"]);
});

Deno.test("roster offboard refuses when the new roster is torn, and cuts all when it says nobody", async () => {
  const files = { "old.yaml": ROSTER, "torn.yaml": "# The people\n", "nobody.yaml": "users:\n" };

  const torn = await roster(files, ["offboard", "--old", "old.yaml", "--new", "torn.yaml"]);
  const nobody = await roster(files, ["offboard", "--old", "old.yaml", "--new", "nobody.yaml"]);

  assert.deepEqual([torn.code, torn.stdout], [1, ""]);
  assert.match(torn.stderr, /has no key users, must have one/);
  assert.deepEqual([nobody.code, nobody.stdout.match(/lock_login/g)?.length], [2, 2]);
});

Deno.test("roster membership reports first, and writes only the rows when it is applied", async () => {
  const files = { "r.yaml": ROSTER, "m.json": '["ada", "Zoe@example.com"]' };
  const args = ["membership", "r.yaml", "--members", "m.json"];

  const plan = await roster(files, args);
  const applied = await roster(files, [...args, "--apply"]);
  const again = await roster({ ...files, "r.yaml": applied.files["r.yaml"] ?? "" }, args);

  assert.deepEqual([plan.code, plan.files["r.yaml"]], [2, ROSTER]);
  assert.match(plan.stdout, /^add +zoe .*\ncomment out +bob\nNothing written/);
  assert.equal(applied.code, 0, applied.stderr);
  const date = /\d{4}-\d\d-\d\d/.exec(applied.files["r.yaml"] ?? "")?.[0];
  assert.equal(
    applied.files["r.yaml"],
    `# The people
users:
  ada: {authentik_user: ada, k8s_user: ada, tier: admin}
  zoe:
    authentik_user: Zoe@example.com
    k8s_user: zoe
    tier: namespace-owner
    namespaces: [zoe]

  # ${date}: no longer a member of the group
  # bob: # leaves
  #   authentik_user: bob
  #   k8s_user: bob
  #   tier: power-user
# the end
`,
  );
  assert.deepEqual([again.code, again.stdout], [0, "Nothing to change.\n"]);
});

Deno.test("roster membership writes the unambiguous part and exits 1 when something conflicts", async () => {
  const files = { "r.yaml": ROSTER, "m.json": '["ada", "bob", "cy", "d.x", "d_x"]' };

  const { code, stdout, files: after } = await roster(files, [
    "membership",
    "r.yaml",
    "--members",
    "m.json",
    "--apply",
  ]);

  assert.equal(code, 1);
  assert.equal(stdout.match(/^conflict /gm)?.length, 2);
  assert.match(after["r.yaml"] ?? "", /\n {2}cy:\n/);
  assert.doesNotMatch(after["r.yaml"] ?? "", /d_x/);
});

Deno.test("roster membership leaves the roster alone when the list is empty", async () => {
  const files = { "r.yaml": ROSTER, "m.json": "[]" };

  const { code, stderr, files: after } = await roster(files, [
    "membership",
    "r.yaml",
    "--members",
    "m.json",
    "--apply",
  ]);

  assert.deepEqual([code, after["r.yaml"]], [2, ROSTER]);
  assert.match(stderr, /^roster: Cannot read member list "m\.json": .*would remove everybody/);
});

Deno.test("roster ports gives, keeps and frees, and writes only when it is applied", async () => {
  const empty = { "r.yaml": ROSTER, "p.json": "{}", "q.json": "{}" };
  const args = ["ports", "r.yaml", "--ports", "p.json", "--playwright-ports", "q.json"];

  const plan = await roster(empty, args);
  const given = await roster(empty, [...args, "--apply"]);
  const without = { ...given.files, "r.yaml": ROSTER.replace(/ {2}bob[^]*power-user\n/, "") };
  const kept = await roster(without, args);
  const freed = await roster(without, [...args, "--free", "bob", "--apply"]);
  const refused = await roster(given.files, [...args, "--free", "bob", "--apply"]);

  assert.deepEqual([plan.code, plan.files["p.json"]], [2, "{}"]);
  assert.deepEqual([given.code, given.files["p.json"]], [
    0,
    '{\n  "ada": 3773,\n  "bob": 3774\n}\n',
  ]);
  assert.deepEqual([kept.code, kept.stdout.match(/kept for bob/g)?.length], [0, 2]);
  assert.deepEqual([freed.code, freed.files["q.json"]], [0, '{\n  "ada": 8931\n}\n']);
  assert.deepEqual([refused.code, refused.files["p.json"]], [1, given.files["p.json"]]);
});

Deno.test("roster writes nothing when it is not told to", async () => {
  const files = { "r.yaml": ROSTER, "m.json": '["ada"]' };

  const dry = await roster(files, ["membership", "r.yaml", "--members", "m.json"]);

  assert.deepEqual([dry.code, dry.files], [2, files]);
});
