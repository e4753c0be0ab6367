/**
 * A box with users and as little else as the provisioner needs to do something about them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Box, MOUNTED } from "./box.ts";
import type { RunningBoxCommand } from "./box_command.ts";

/** Deno, as the box sees it. */
export const DENO = `${MOUNTED}/bin/deno`;

/** A server that answers everybody, as its unit runs it. */
export const SERVE = `${DENO} run -A /srv/serve.ts --port`;

/** An event of a run, of one resource. */
export interface Said {
  /** Whose. */
  readonly scope: string;
  /** Which. */
  readonly resource: string;
  /** What came of it. */
  readonly result: string;
  /** What there is to say. */
  readonly summary?: string;
  /** What went wrong. */
  readonly error?: string;
}

/** A box with these users, whose home is all there is to do something about. */
export async function setUp(box: Box, users: readonly string[], settings: string): Promise<void> {
  await box.write(
    "/srv/serve.ts",
    "Deno.serve({ port: Number(Deno.args[1]), hostname: '127.0.0.1' }, () => new Response('here'));",
  );
  for (const user of users) await box.sh(`useradd -m -K HOME_MODE=0700 -s /bin/bash ${user}`);
  // As much of a machine as users need: a server that nobody looks into here.
  await box.sh("install -d /etc/t3-serve");
  await box.write(
    "/etc/systemd/system/playwright-mcp@.service",
    `[Service]\nUser=%i\nEnvironmentFile=/etc/t3-serve/playwright-%i.env\n` +
      `ExecStart=${SERVE} $PLAYWRIGHT_PORT\n[Install]\nWantedBy=multi-user.target\n`,
  );
  const rows = users.map((user) =>
    `  ${user}: { authentik_user: ${user}, k8s_user: ${user}, tier: power-user }\n`
  );
  await box.write("/etc/hearth/roster.yaml", `users:\n${rows.join("")}`);
  await box.write("/etc/hearth/provision.yaml", settings);
}

/** Applies to one user; what was said of the resources of this kind. */
export async function apply(box: Box, user: string, about: RegExp): Promise<readonly Said[]> {
  const { stdout, stderr } = await startApply(box, user).result;
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const said = events.filter(({ scope }) => scope === user);
  assert.ok(said.length > 0, stdout + stderr);
  return said.filter(({ resource }) => about.test(resource));
}

/** Starts that. */
export function startApply(box: Box, user: string): RunningBoxCommand {
  return box.start([
    ...[DENO, "run", "-q", "--no-prompt", "--cached-only", "--frozen", "-P=provision"],
    ...[`${MOUNTED}/source/provision.ts`, "apply", "--json", "--verbose", "--user", user],
  ], { env: { DENO_DIR: `${MOUNTED}/deno_dir` } });
}
