import assert from "node:assert/strict";
import type { CommandOptions, CommandResult } from "../core/process.ts";
import { runMint } from "./run_mint.ts";

interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: CommandOptions;
}

function machine(result: Partial<CommandResult>, tableText?: string) {
  const calls: Call[] = [];
  const files: Record<string, string> = {
    "/etc/t3-serve/dispatch.json": tableText ?? '{"ada":{"os_user":"ada","port":3773}}',
    "/etc/passwd": "ada:x:1001:1002::/home/ada:/bin/bash\n",
  };
  return {
    calls,
    effects: {
      readText(path: string): Promise<string> {
        const text = files[path];
        return text === undefined ? Promise.reject(new Error("no file")) : Promise.resolve(text);
      },
      run(command: string, args: readonly string[], options: CommandOptions) {
        calls.push({ command, args, options });
        return Promise.resolve({ code: 0, stdout: "", stderr: "", ...result });
      },
    },
  };
}

const tablePath = "/etc/t3-serve/dispatch.json";

Deno.test("runMint() runs the instance's own t3 as the user, with nothing of its environment", async () => {
  const { effects, calls } = machine({ stdout: '{"id":"x","credential":"ABC","role":"owner"}' });

  const printed = await runMint({ user: "ada", tablePath, effects });

  assert.equal(printed, '{"credential":"ABC"}\n');
  const [call] = calls;
  assert.equal(call?.command, "/usr/bin/setpriv");
  assert.equal(
    call?.args.join(" "),
    "--reuid=1001 --regid=1002 --init-groups --inh-caps=-all --no-new-privs -- " +
      "/opt/t3/instances/ada/bin/t3 auth pairing create --base-dir /home/ada/.t3 --ttl 5m --json",
  );
  assert.equal(call?.options.clearEnv, true);
});

Deno.test("runMint() names the exit code of each refusal, and starts nothing", async () => {
  const cases = [["--help", 2], ["ada;id", 2], ["grace", 3], ["root", 3]] as const;

  for (const [user, exitCode] of cases) {
    const { effects, calls } = machine({});
    await assert.rejects(runMint({ user, tablePath, effects }), { name: "Fault", exitCode });
    assert.equal(calls.length, 0);
  }
});

Deno.test("runMint() says what went wrong when t3 makes no credential", async () => {
  const cases = [
    [
      { code: 1, stderr: "x\nSqlError: no column named role\n" },
      /ended with 1: SqlError: no column/,
    ],
    [{ stdout: "Token: ABC" }, /the output is not JSON/],
  ] as const;

  for (const [result, message] of cases) {
    const { effects } = machine(result);
    await assert.rejects(runMint({ user: "ada", tablePath, effects }), { message, exitCode: 1 });
  }
  const { effects } = machine({}, "{");
  await assert.rejects(runMint({ user: "ada", tablePath, effects }), /is not JSON/);
});
