/**
 * Kills `useradd` right before each of the system calls by which it changes anything, and lets the
 * machine make the same account afterwards: a program for inside a box that has strace.
 *
 * Prints one line of JSON a kill: the account, and which of its lines were there after the kill.
 *
 * @module
 */
import { systemClock } from "../../../core/clock.ts";
import { realMachine } from "../../../provision/real/real_machine.ts";
import { noPerformers } from "../../support/no_performers.ts";

const CALLS = "openat,write,fdatasync,fsync,fchown,fchmod,link,unlink,rename";
const TABLES = ["passwd", "shadow", "group", "gshadow", "subuid", "subgid"];

const machine = realMachine({ clock: systemClock, performers: noPerformers });

async function run(command: string, args: readonly string[]): Promise<number> {
  const child = new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" });
  return (await child.output()).code;
}

/** The first call that opens a file to change it comes after those that read it. */
const first = Number(Deno.args[0]);
for (let call = first;; call++) {
  const user = `k${call}`;
  const code = await run("strace", [
    ...[
      "-o",
      "/dev/null",
      "-e",
      `trace=${CALLS}`,
      "-e",
      `inject=${CALLS}:signal=KILL:when=${call}`,
    ],
    ...["useradd", "--no-create-home", "--home-dir", `/home/${user}`, "--shell", "/bin/bash"],
    ...["--user-group", user],
  ]);
  if (code === 0) break;
  const left = TABLES.filter((table) =>
    new RegExp(`^${user}:`, "m").test(Deno.readTextFileSync(`/etc/${table}`))
  );
  machine.host.forget({ what: "accounts" });
  const outcome = await machine.perform({ kind: "create_account", user, shell: "/bin/bash" });
  const account = machine.host.account(user) ?? null;
  const line = `${JSON.stringify({ user, left, outcome, account })}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}
