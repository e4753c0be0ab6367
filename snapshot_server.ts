/**
 * The snapshot over HTTP, to whoever may have it: `deno run -P=snapshot_server snapshot_server.ts`.
 *
 * @module
 */
import { defineCommand, parseCommand } from "./core/command.ts";
import { readEnv } from "./core/env.ts";
import { runProgram } from "./core/program.ts";
import { serveSnapshot } from "./snapshot/server/serve_snapshot.ts";
import { SERVER_ENV } from "./snapshot/server/server_env.ts";

const reload = new EventTarget();

await runProgram("snapshot_server", async ({ args, env, log, signal }) => {
  const command = defineCommand({
    name: "snapshot_server",
    description: "Serve the harvested browser state to whoever shows the bearer token",
    examples: [
      ["PW_TOKEN_FILE=/run/secrets/snapshot_server/token snapshot_server", "serve on port 8088"],
      [
        "ACCESS_FILE=/etc/hearth/access.yaml snapshot_server",
        "each subject its own sites; SIGHUP reads the file again",
      ],
      [
        'curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8088/api/snapshot',
        "fetch the snapshot",
      ],
    ],
    env: SERVER_ENV,
    exitCodes: {
      0: "stopped by a signal",
      1: "failed, such as a port that is taken",
      2: "wrong usage or configuration",
    },
  });
  if (parseCommand(command, args) === "done") return;
  await serveSnapshot(readEnv(SERVER_ENV, env), { log, reload }, signal);
}, { onReload: () => reload.dispatchEvent(new Event("reload")) });
