/**
 * 2,000 followers on one core: the server is a process of its own, so that its processor time can
 * be told from the test's.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDeadline } from "../../core/deadline.ts";
import { systemClock } from "../../core/clock.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { startProgram } from "../../tests/support/program.ts";
import { processorMs } from "../../tests/support/processor_time.ts";
import { snapshotText, testDirectory } from "../../tests/support/snapshot_fixture.ts";

const WAITERS = 2_000;

/** One held request on a connection of its own, as thin as can be. */
async function hold(port: number, etag: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(
    `GET /api/snapshot?wait=300 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer s3cret\r\n` +
      `if-none-match: ${etag}\r\nconnection: close\r\n\r\n`,
  ));
  let text = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16_384);
  for (let read = await connection.read(buffer); read !== null;) {
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
    read = await connection.read(buffer);
  }
  return text;
}

Deno.test("snapshot_server wakes 2,000 held requests by one rename, and idles meanwhile", async () => {
  await using directory = await testDirectory();
  const SNAPSHOT_PATH = await directory.put("s.json", snapshotText("one", 4_000));
  const PW_TOKEN_FILE = await directory.put("token", "s3cret\n");
  const [port, metricsPort] = [freePort(), freePort()];
  await using program = startProgram("snapshot_server", {
    env: {
      SNAPSHOT_PATH,
      PW_TOKEN_FILE,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    flags: [`--allow-read=${directory.path}`, "--allow-net=127.0.0.1"],
  });
  await program.line(/listening/, 60_000);
  const head = await fetch(`http://127.0.0.1:${port}/api/snapshot`, {
    method: "HEAD",
    headers: { authorization: "Bearer s3cret" },
  });
  const etag = head.headers.get("etag")?.replace(/-\w+"$/, '"') ?? "";
  const waiters = async () => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return Number(/^hearth_snapshot_server_waiters (\d+)$/m.exec(text)?.[1]);
  };

  const held = Array.from({ length: WAITERS }, () => hold(port, etag));
  await eventually("2,000 waiters", async () => await waiters() === WAITERS, 120_000);
  // What it took to take them all in is cleared away first. One look at two files a second remains;
  // a fifth of a core would already be a timer per waiter.
  await eventually("it idling", async () => {
    const [beforeMs, fromMs] = [processorMs(program.pid), systemClock.monotonic()];
    await systemClock.sleep(2_000);
    const share = (processorMs(program.pid) - beforeMs) / (systemClock.monotonic() - fromMs);
    assert.ok(share < 0.2, `idle at ${(100 * share).toFixed(1)} % of a core`);
    return true;
  });
  const next = snapshotText("two", 4_000);
  await directory.put("s.json", next);
  const answers = await withDeadline(Promise.all(held), 60_000, "waking");

  assert.ok(answers.every((text) => text.startsWith("HTTP/1.1 200") && text.endsWith(next)));
  assert.equal(await waiters(), 0);
});
