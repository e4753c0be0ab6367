/**
 * Asks an address all the time, and says at the end how long at most it did not answer, in
 * milliseconds. Ends when it is asked to, and only while the address answers.
 *
 * @module
 */
const [url = ""] = Deno.args;
let isOver = false;
Deno.addSignalListener("SIGTERM", () => isOver = true);
let awaySince: number | undefined;
let longest = 0;
print("asking");
while (!isOver || awaySince !== undefined) {
  const isUp = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    .then((answer) => answer.text()).then(() => true, () => false);
  const now = performance.now();
  if (!isUp) awaySince ??= now;
  else if (awaySince !== undefined) {
    longest = Math.max(longest, now - awaySince);
    awaySince = undefined;
  }
  await new Promise((wake) => setTimeout(wake, 4));
}
print(JSON.stringify(longest));
Deno.exit();

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
