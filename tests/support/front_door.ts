/**
 * A front door for tests of what stands behind it: mints, pairs and relays, as dispatch does, in
 * the test's own process. Tests on a booted box use the real one.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import { pairingArgs, parsePairingOutput } from "../../t3/cli.ts";
import { ask, loopbackInstance } from "../../t3/instance.ts";
import { pair } from "../../t3/pair.ts";
import { probeWebSocket } from "../../t3/web_socket.ts";
import type { UnitOptions } from "./unit_manager.ts";

/** A door that runs. */
export interface TestDoor extends AsyncDisposable {
  /** Its origin. */
  readonly origin: string;
  /** Whether it answers with 500, as a broken one does. */
  isBroken: boolean;
  /** The only pairing endpoint it knows, as doors of an earlier make did; else it finds out. */
  onlyEndpoint: string | undefined;
}

/** Opens it, on a port of its own or a given one. */
export function openTestDoor(options: UnitOptions, port = 0): TestDoor {
  const door = { isBroken: false, onlyEndpoint: undefined as string | undefined };
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, handle);

  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (door.isBroken) return new Response("broken\n", { status: 500 });
    if (pathname === "/healthz") return new Response("ok\n");
    const identity = request.headers.get("x-authentik-username");
    const instance = options.instances.find((one) => one.identity === identity);
    if (instance === undefined) return new Response("who?\n", { status: 403 });
    const target = loopbackInstance(instance.port);
    const cookie = request.headers.get("cookie");
    if (cookie === null) {
      const baseDir = `${options.homeOf(instance.user)}/.t3`;
      const minted = await runCommand(
        `${options.instancesDir}/${instance.user}/bin/t3`,
        pairingArgs(baseDir),
        { env: { PATH: `${options.nodeDir}:/usr/bin:/bin` } },
      );
      const output = parsePairingOutput(minted.stdout);
      if (output.kind !== "credential") return new Response(minted.stderr, { status: 502 });
      if (door.onlyEndpoint !== undefined) {
        const answer = await ask(target, door.onlyEndpoint, {
          method: "POST",
          body: JSON.stringify({ credential: output.credential.reveal() }),
        });
        const isPaired = answer.kind === "answer" && answer.status === 200;
        if (!isPaired) return new Response("cannot pair\n", { status: 502 });
        const cookies = answer.headers.getSetCookie().map((line) =>
          ["set-cookie", line] as [string, string]
        );
        return new Response(null, { status: 302, headers: [["location", "/"], ...cookies] });
      }
      const paired = await pair(target, output.credential);
      if (paired.kind !== "paired") return new Response(paired.text, { status: 502 });
      const headers = new Headers({ location: "/" });
      for (const line of paired.setCookies) headers.append("set-cookie", line);
      return new Response(null, { status: 302, headers });
    }
    if (request.headers.get("upgrade") === "websocket") {
      const probe = await probeWebSocket(target, { cookie, deadlineMs: 15_000 });
      if (probe.kind !== "opened") return new Response(probe.text, { status: 502 });
      return Deno.upgradeWebSocket(request).response;
    }
    const answer = await ask(target, pathname, { headers: { cookie } });
    if (answer.kind === "no_answer") return new Response(answer.text, { status: 502 });
    return new Response(answer.body, { status: answer.status });
  }

  return Object.assign(door, {
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}
