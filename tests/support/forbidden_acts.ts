/**
 * A program that tries what no program of the pipeline may do, and prints what came of each act.
 *
 * @module
 */
const ACTS: Readonly<Record<string, () => unknown>> = {
  "read a file of the system": () => Deno.readTextFileSync("/etc/hostname"),
  "read a home": () => Deno.readDirSync("/root"),
  "read passwords": () => Deno.readTextFileSync("/etc/shadow"),
  "replace a program": () => Deno.writeTextFileSync("/usr/bin/hearth-forbidden", ""),
  "replace one through a link": () => Deno.writeTextFileSync("/bin/hearth-forbidden", ""),
  "replace a library": () => Deno.writeTextFileSync("/usr/lib/hearth-forbidden", ""),
  "write a file": () => Deno.writeTextFileSync("/var/tmp/hearth-forbidden", ""),
  "connect elsewhere": () => Deno.connect({ hostname: "192.0.2.1", port: 443 }),
  "listen on a port of its own": () => Deno.listen({ hostname: "0.0.0.0", port: 45_000 }),
  "run a shell": () => new Deno.Command("/bin/sh").outputSync(),
  "run another Deno": () => new Deno.Command(Deno.execPath()).outputSync(),
  "load native code": () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
  "signal another process": () => Deno.kill(1, "SIGCONT"),
  "ask for its group": () => Deno.gid(),
};

for (const [act, attempt] of Object.entries(ACTS)) {
  let outcome: string;
  try {
    await attempt();
    outcome = "done";
  } catch (error) {
    outcome = error instanceof Error ? error.name : String(error);
  }
  // deno-lint-ignore no-console -- this is the output
  console.log(`${act}: ${outcome}`);
}
// deno-lint-ignore no-console -- this is the output
console.log(
  `see a variable of another program: ${Deno.env.get("FORBIDDEN_VARIABLE") ?? "nothing"}`,
);
