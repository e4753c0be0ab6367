/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../core/secret.ts";
import type { Item } from "../item.ts";
import { DPKG_STATUS } from "./dpkg_status.ts";
import { HOST_SETTINGS } from "./host_settings.ts";
import { type MemoryHost, memoryHost } from "./memory_host.ts";
import { type HostInputs, planHost } from "./plan_host.ts";
import { systemFiles } from "./system_file.ts";

const DEBIAN = {
  "/usr/lib/os-release": "ID=debian\n",
  [DPKG_STATUS]: "Package: base-files\nStatus: install ok installed\n",
};

const bytes = (text: string) => new TextEncoder().encode(text);

const FILES = systemFiles(
  new Map([
    ["system/t3-dispatch.service", bytes("[Service]\nExecStart=/usr/local/bin/t3-dispatch\n")],
    ["system/t3-mint.socket", bytes("[Socket]\n")],
    ["system/t3-autoupdate.timer", bytes("[Timer]\nOnCalendar=04:00\n")],
    ["sysusers.d/hearth.conf", bytes("u t3-dispatch - -\ng codex-shared -\n")],
    [
      "tmpfiles.d/hearth.conf",
      bytes("d /etc/t3-serve 0755 root root -\nd /var/backups/t3-state 0700 root root -\n"),
    ],
    ["sudoers.d/t3-autopair", bytes("t3-dispatch ALL=(root) NOPASSWD: /usr/local/bin/t3-mint\n")],
    ["profile.d/10-local-bin.sh", bytes("PATH=$HOME/.local/bin:$PATH\n")],
    ["skel/start-claude.sh", bytes("#!/bin/sh\n")],
    ["units_test.ts", bytes("")],
  ]),
);

/** What a planner is given; trees are whole once they were made. */
function inputsFor(
  { host }: MemoryHost,
  settings: Record<string, unknown> = {},
): HostInputs {
  return {
    settings: HOST_SETTINGS.parse({
      packages: ["tmux"],
      private_trees: ["/srv/code"],
      ...settings,
    }),
    architecture: "amd64",
    files: FILES,
    programs: [{ name: "t3-mint", content: bytes("#!/bin/sh\n") }],
    leftOut: [{ name: "playwright-snapshot-refresh", why: "there is no snapshot.url" }],
    binariesDigest: undefined,
    appDigest: "a".repeat(64),
    checkTree: (path) => host.file(path).kind === "directory" ? "whole" : "absent",
    makeToken: () => new Secret("t".repeat(43)),
  };
}

function bareBox(): MemoryHost {
  const box = memoryHost(DEBIAN);
  const owner = { user: "root", group: "root" };
  box.host.foresee({ kind: "make_directory", path: "/srv/code", mode: 0o755, owner });
  return box;
}

const changesOf = (items: readonly Item[]) => items.filter(({ state }) => state === "change");

/** Everything that planning can see of a machine. */
function stateOf(box: MemoryHost, paths: readonly string[]): unknown {
  return paths.map((path) => [path, box.host.file(path), box.host.bytes(path)]);
}

Deno.test("planHost() has nothing to do when it was done", () => {
  const box = bareBox();
  const plan = (context: Parameters<typeof planHost>[0]) => planHost(context, inputsFor(box));
  const first = box.run(plan);

  const second = box.run(plan);

  assert.ok(changesOf(first).length > 20);
  assert.deepEqual(changesOf(second), []);
  assert.deepEqual(second.filter(({ state }) => state === "problem"), []);
});

Deno.test("planHost() comes to the same machine when it is killed after any change", () => {
  const whole = bareBox();
  const plan = (box: MemoryHost) => (context: Parameters<typeof planHost>[0]) =>
    planHost(context, inputsFor(box));
  const all = changesOf(whole.run(plan(whole)));
  const paths = all.flatMap((item) =>
    item.state === "change" && "path" in item.action ? [item.action.path] : []
  );
  const expected = stateOf(whole, paths);
  for (let changes = 0; changes < all.length; changes++) {
    const box = bareBox();
    box.run(plan(box), { changes });

    const rest = changesOf(box.run(plan(box)));

    assert.equal(rest.length, all.length - changes, `killed after ${changes}`);
    assert.deepEqual(stateOf(box, paths), expected);
    assert.deepEqual(changesOf(box.run(plan(box))), []);
  }
});

Deno.test("planHost() does everything that does not depend on it when any changes fail", () => {
  const plan = (box: MemoryHost) => (context: Parameters<typeof planHost>[0]) =>
    planHost(context, inputsFor(box));
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (failures) => {
      const box = bareBox();
      let at = 0;
      box.run(plan(box), {
        failure: () => failures[at++] === true ? "the disk is full" : undefined,
      });

      box.run(plan(box));

      assert.deepEqual(changesOf(box.run(plan(box))), []);
    }),
    { numRuns: 50 },
  );
});

Deno.test("planHost() makes /etc/t3-serve before anything in it", () => {
  const box = bareBox();

  const paths = changesOf(box.run((context) => planHost(context, inputsFor(box))))
    .flatMap((item) => item.state === "change" && "path" in item.action ? [item.action.path] : []);

  for (const [at, path] of paths.entries()) {
    const parent = path.slice(0, path.lastIndexOf("/"));
    assert.ok(!paths.includes(parent) || paths.indexOf(parent) < at, `${path} before ${parent}`);
  }
});

Deno.test("planHost() makes every folder above a file when a bare system lacks it", () => {
  const box = bareBox();
  const path = "/etc/fish/conf.d/hearth.fish";
  const file = { kind: "shell", path, content: bytes("# nothing\n"), mode: 0o644 } as const;
  const inputs = { ...inputsFor(box), files: [...FILES, file] };

  const made = changesOf(box.run((context) => planHost(context, inputs)))
    .flatMap((item) => item.state === "change" && "path" in item.action ? [item.action.path] : []);

  const wanted = ["/etc/fish", "/etc/fish/conf.d", path];
  assert.deepEqual(made.filter((one) => wanted.includes(one)), wanted);
});

Deno.test("planHost() starts no update when it enables its timer", () => {
  const box = bareBox();

  const items = box.run((context) => planHost(context, inputsFor(box)));

  const enabled = items.flatMap((item) =>
    item.state === "change" && item.action.kind === "enable_unit" ? [item.action] : []
  );
  assert.deepEqual(enabled, [
    { kind: "enable_unit", unit: "t3-autoupdate.timer", isStarted: false },
    { kind: "enable_unit", unit: "t3-mint.socket", isStarted: true },
    { kind: "enable_unit", unit: "t3-dispatch.service", isStarted: true },
  ]);
});

Deno.test("planHost() leaves the current version alone when the new one cannot be made", () => {
  const box = bareBox();
  box.run((context) => planHost(context, inputsFor(box)));
  const newer = { ...inputsFor(box), appDigest: "b".repeat(64) };

  const items = box.run((context) => planHost(context, newer), {
    failure: ({ action }) => action.kind === "install_tree" ? "no route to host" : undefined,
  });

  const current = box.host.file("/opt/hearth/app/current");
  assert.ok(current.kind === "link");
  assert.equal(current.target, "a".repeat(64));
  assert.deepEqual(changesOf(items).map(({ resource }) => resource), [
    `tree /opt/hearth/app/${"b".repeat(64)}`,
  ]);
});

Deno.test("planHost() makes a tree anew when a file of it was changed", () => {
  const box = bareBox();
  box.run((context) => planHost(context, inputsFor(box)));
  const inputs: HostInputs = {
    ...inputsFor(box),
    checkTree: (path) => path.includes("/mcp/") ? "damaged" : "whole",
  };

  const [change, ...others] = changesOf(box.run((context) => planHost(context, inputs)));

  assert.deepEqual(others, []);
  assert.ok(change?.state === "change");
  assert.equal(change.cause, "drift");
  assert.equal(change.action.kind, "install_tree");
});

Deno.test("planHost() shows what sudo would allow when it may only print it", () => {
  const box = bareBox();
  const inputs = inputsFor(box, { sudoers: "print" });

  const items = box.run((context) => planHost(context, inputs));

  const item = items.find(({ resource }) => resource === "file /etc/sudoers.d/t3-autopair");
  assert.ok(item?.state === "skipped");
  assert.match(item.summary, /visudo -f \/etc\/sudoers\.d\/t3-autopair/);
  assert.match(item.summary, /\+ t3-dispatch ALL=\(root\) NOPASSWD: \/usr\/local\/bin\/t3-mint/);
  assert.equal(box.host.file("/etc/sudoers.d/t3-autopair").kind, "absent");
});

Deno.test("planHost() closes a private tree and nothing else of it", () => {
  const box = bareBox();

  box.run((context) => planHost(context, inputsFor(box)));

  const fact = box.host.file("/srv/code");
  assert.ok(fact.kind === "directory");
  assert.equal(fact.mode, 0o750);
});

Deno.test("planHost() puts a unit right when somebody changed it, and has systemd read it", () => {
  const box = bareBox();
  box.run((context) => planHost(context, inputsFor(box)));
  const path = "/etc/systemd/system/t3-dispatch.service";
  const owner = { user: "root", group: "root" };
  const content = bytes("[Service]\nExecStart=/bin/false\n");
  box.host.foresee({ kind: "write_file", path, content, mode: 0o644, owner, before: undefined });

  const changes = changesOf(box.run((context) => planHost(context, inputsFor(box))));

  assert.deepEqual(
    changes.map((item) => item.state === "change" && [item.cause, item.action.kind]),
    [["drift", "write_file"], ["intent", "reload_units"]],
  );
});

Deno.test("planHost() has systemd read the units when a run was killed after it put one back", () => {
  const box = bareBox();
  box.run((context) => planHost(context, inputsFor(box)));
  const path = "/etc/systemd/system/t3-dispatch.service";
  const owner = { user: "root", group: "root" };
  const content = bytes("[Service]\nExecStart=/bin/false\n");
  box.host.foresee({ kind: "write_file", path, content, mode: 0o644, owner, before: undefined });
  box.run((context) => planHost(context, inputsFor(box)), { changes: 1 });

  const changes = changesOf(box.run((context) => planHost(context, inputsFor(box))));

  assert.deepEqual(
    changes.map((item) => item.state === "change" && item.action.kind),
    ["reload_units"],
  );
});

Deno.test("planHost() says which packages it needs when the system has no apt", () => {
  const box = memoryHost({ "/etc/os-release": "ID=fedora\n" });

  const items = box.run((context) => planHost(context, inputsFor(box)));

  const item = items.find(({ resource }) => resource === "packages");
  assert.ok(item?.state === "problem");
  assert.equal(item.severity, "warning");
  assert.match(item.fix ?? "", /chromium/);
});
