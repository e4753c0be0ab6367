/**
 * A stand-in of t3 in a box, in which an agent does what it is told.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import type { Box } from "./box.ts";
import { installStandIn } from "./unit_box.ts";

/** Where it is, as the only version that there is. */
export const T3 = "/opt/t3/versions/1/bin/t3";

/** Answers a script with what came of it; ends as t3 does when it is asked to stop. */
const STAND_IN = `
const option = (name) => args[args.indexOf(name) + 1];
Deno.addSignalListener("SIGTERM", () => Deno.exit(130));
Deno.serve({ hostname: option("--host"), port: Number(option("--port")) }, async (request) => {
  const script = await request.text();
  if (script === "args") return Response.json([...args, Deno.cwd()]);
  if (script === "addresses") return Response.json(Deno.networkInterfaces().map((one) => one.name));
  return new Response(await sh(script));
});`;

/** Installs it; whose it is, a link in `/opt/t3/instances` says. */
export function putT3(box: Box): Promise<void> {
  return installStandIn(box, T3, STAND_IN);
}

/** Lets the agent of the t3 on port 3773 run a script. */
export async function agent(box: Box, script: string): Promise<string> {
  const request = ["bash", "-c", REQUEST, "request", script];
  const { code, stdout, stderr } = await box.run(request);
  assert.equal(code, 0, stderr);
  return stdout.slice(stdout.indexOf("\r\n\r\n") + 4);
}

/** HTTP by bash alone: the box has no other client. */
const REQUEST = String.raw`exec 3<>/dev/tcp/127.0.0.1/3773
printf 'POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "$(printf %s "$1" | wc -c)" "$1" >&3
cat <&3`;

/** Waits for it to listen. */
export async function listening(box: Box): Promise<void> {
  await eventually("t3 listening", () => box.sh("bash -c 'exec 3<>/dev/tcp/127.0.0.1/3773'"));
}
