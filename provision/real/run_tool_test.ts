import assert from "node:assert/strict";
import { Secret } from "../../core/secret.ts";
import { processEnd } from "../../tests/support/process_end.ts";
import { runTool } from "./run_tool.ts";

const SH = "/bin/sh";
const NOBODY = { user: "nobody", uid: 65534, gid: 65534, home: "/" };
const isRoot = Deno.uid() === 0;

Deno.test("runTool() gives a program what it reads, and none of our variables", async () => {
  Deno.env.set("HEARTH_RUN_TOOL", "leaked");
  try {
    const end = await runTool({
      command: SH,
      args: ["-c", 'cat; echo "$HEARTH_RUN_TOOL$EXTRA"; echo "$LC_ALL" >&2'],
      stdin: new Secret("to read\n"),
      env: { EXTRA: "extra" },
    });

    assert.deepEqual(end, {
      code: 0,
      stdout: "to read\nextra\n",
      stderr: "C.UTF-8\n",
      trouble: undefined,
    });
  } finally {
    Deno.env.delete("HEARTH_RUN_TOOL");
  }
});

Deno.test("runTool() says what a failed program said last, fit for a terminal", async () => {
  const end = await runTool({
    command: SH,
    args: ["-c", 'printf "zeroth\\nfirst.\\n\\033[2Jlast.\\n\\n" >&2; exit 3'],
  });

  assert.equal(end.code, 3);
  assert.equal(end.trouble, '"/bin/sh" ended with 3: first; ?[2Jlast');
});

Deno.test("runTool() keeps the beginning of an endless output and reads the rest", async () => {
  const end = await runTool({ command: SH, args: ["-c", "yes | head -c 3000000; exit 1"] });

  assert.equal(end.code, 1);
  assert.equal(end.stdout.length, 64 * 1024);
});

Deno.test("runTool() gives a program a session of its own, and with it no terminal of ours", async () => {
  // After the name in brackets: state, parent, group, session.
  const sessionOf = (stat: string) => stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3];
  const ours = sessionOf(await Deno.readTextFile("/proc/self/stat"));

  const end = await runTool({ command: "/bin/cat", args: ["/proc/self/stat"] });

  assert.match(`${sessionOf(end.stdout)}`, /^\d+$/);
  assert.notEqual(sessionOf(end.stdout), ours);
});

Deno.test("runTool() says that a program is not installed", async () => {
  const end = await runTool({ command: "/nonexistent/tool", args: [] });

  assert.equal(end.code, 127);
  assert.equal(end.trouble, '"/nonexistent/tool" is not installed');
});

Deno.test("runTool() ends a program at its deadline", async () => {
  const end = await runTool({ command: "/bin/sleep", args: ["60"], deadlineMs: 100 });

  assert.equal(end.code, 124);
  assert.equal(end.trouble, '"/bin/sleep" did not end within 0.1 s');
});

Deno.test("runTool() does not wait for what a program left behind", async () => {
  const end = await runTool({ command: SH, args: ["-c", "sleep 60 & echo $!"] });

  assert.equal(end.code, 0);
  Deno.kill(Number(end.stdout), "SIGKILL");
});

Deno.test("runTool() goes on where a program reads nothing of what it is given", async () => {
  const end = await runTool({
    command: "/bin/true",
    args: [],
    stdin: new Uint8Array(4 * 1024 * 1024),
  });

  assert.equal(end.code, 0);
});

Deno.test({
  name: "runTool() gives up root, the terminal and every privilege to run as a user",
  ignore: !isRoot,
  fn: async () => {
    const end = await runTool({
      command: SH,
      args: ["-c", 'id -u; id -g; echo "$HOME $USER"; cat /proc/self/status; : < /dev/tty'],
      as: NOBODY,
    });

    const lines = end.stdout.split("\n");
    assert.deepEqual(lines.slice(0, 3), ["65534", "65534", "/ nobody"], end.stderr);
    assert.ok(lines.includes("NoNewPrivs:\t1"));
    assert.ok(lines.includes("CapEff:\t0000000000000000"));
    assert.ok(lines.includes("CapInh:\t0000000000000000"));
    assert.match(end.stderr, /No such device or address/);
  },
});

Deno.test({
  name: "runTool() ends a user's program and its children at its deadline",
  ignore: !isRoot,
  fn: async () => {
    const end = await runTool({
      command: SH,
      args: ["-c", "sleep 60 & echo $!; wait"],
      as: NOBODY,
      // Long enough that the shell has said who its child is.
      deadlineMs: 5_000,
    });

    assert.equal(end.code, 124);
    await processEnd(Number(end.stdout));
  },
});

Deno.test({
  name: "runTool() says that a user's home is not there",
  ignore: !isRoot,
  fn: async () => {
    const end = await runTool({
      command: "/bin/true",
      args: [],
      as: { ...NOBODY, home: "/nonexistent" },
    });

    assert.match(`${end.trouble}`, /cannot change directory to '\/nonexistent'/);
  },
});
