/**
 * A booted box with three instances of t3 behind the real dispatch, and the real updater: everything
 * under its units, from a registry on the machine.
 *
 * @module
 */
import { runCommand } from "../../../core/process.ts";
import { eventually } from "../../support/eventually.ts";
import { DEATH_FILE } from "../../support/soaking_death.ts";
import type { Behaviour } from "../../t3_fixture/behaviour.ts";
import { nodeBinDir } from "../../t3_fixture/node_program.ts";
import type { TestRegistry } from "../../t3_fixture/registry.ts";
import type { State } from "../../../autoupdate/state.ts";
import { bootBox, type Box, type Layer, MOUNTED, SYNC_JOURNAL } from "./box.ts";
import { installApp } from "./installed_app.ts";
import { addUser, installSystemFiles } from "./unit_box.ts";

/** The users, in the order in which they are moved. */
export const T3_USERS = ["ada", "edsger", "grace"] as const;

const NODE = "/opt/hearth/node";

/** A box of instances. */
export interface T3Box extends T3Controls, AsyncDisposable {
  /** The box. */
  readonly box: Box;
}

/** What a test does with instances and the updater of a box. */
export interface T3Controls {
  /** Runs one of the updater's units to its end, and gives the exit code of its program. */
  update(unit?: string): Promise<{ readonly code: number; readonly log: string }>;
  /** The journal. */
  state(): Promise<State>;
  /** What each user's server says it runs. */
  running(): Promise<Readonly<Record<string, string>>>;
  /** Leaves threads of long ago, or a running turn. */
  fill(
    user: string,
    content?: { titles?: readonly string[]; activeThread?: number },
  ): Promise<void>;
  /** Makes the database of a user larger by this many megabytes. */
  grow(user: string, megabytes: number): Promise<void>;
  /** The titles of a user's threads. */
  threads(user: string): Promise<readonly string[]>;
  /** Comes in through dispatch as a person does; gives the status and how many cookies were set. */
  enter(user: string): Promise<string>;
  /** Changes a user's server while it runs. */
  flip(user: string, switches: Partial<Behaviour>): Promise<void>;
  /** Lets the servers of a build that `DIES_SOAKING` die when the next update soaks. */
  dieOnceSoaking(): Promise<void>;
}

/**
 * Boots it; no t3 is installed yet.
 *
 * @param layer What it stands on, with `sqlite3`.
 * @param registry Where versions come from.
 * @param users Who has an instance, in the order in which they are moved.
 */
export async function bootT3Box(
  layer: Layer,
  registry: TestRegistry,
  users: readonly string[] = T3_USERS,
): Promise<T3Box> {
  const { port } = new URL(registry.url);
  const box = await bootBox({
    on: layer,
    network: "private",
    forward: [Number(port)],
    binds: [{ from: await nodeBinDir(), to: "/mnt/node" }],
  });
  try {
    await installSystemFiles(box);
    for (const user of users) await addUser(box, user);
    await installNode(box);
    for (
      const name of [
        "t3-autoupdate",
        "hearth-autoupdate",
        "t3-backup-state",
        "t3-mint",
        "t3-dispatch",
      ]
    ) await installApp(box, name, "http://127.0.0.1:1/");
    const table: Record<string, unknown> = {};
    for (const [at, user] of users.entries()) {
      table[`${user}-id`] = { os_user: user, port: 3773 + at };
      await box.write(`/etc/t3-serve/${user}.env`, `T3_PORT=${3773 + at}\n`);
    }
    await box.write("/etc/t3-serve/dispatch.json", JSON.stringify(table));
    await box.write("/etc/hearth/dispatch.env", "DISPATCH_MINT_SOCKET=/run/t3-mint.socket\n");
    await box.write(
      "/etc/hearth/autoupdate.env",
      `T3_REGISTRY=${registry.url}\nT3_MIN_AGE_HOURS=0\nT3_SOAK_SECONDS=4\nLOG_FORMAT=text\n`,
    );
    const instances = users.map((user) => `t3-serve@${user}.service`).join(" ");
    await box.sh(
      `systemctl enable --now t3-mint.socket t3-dispatch.service ${instances}
       systemctl enable t3-autoupdate-recover.service`,
    );
  } catch (error) {
    await box[Symbol.asyncDispose]();
    throw error;
  }

  return {
    box,
    ...t3Controls(box, users),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

/**
 * The controls of a box, however its instances were made.
 *
 * @param box The box.
 * @param users Who has an instance.
 */
export function t3Controls(box: Box, users: readonly string[] = T3_USERS): T3Controls {
  const inBox = (user: string, script: string) =>
    box.sh(script, { user, env: { HOME: `/home/${user}` }, deadlineMs: 600_000 });

  return {
    async update(unit = "t3-autoupdate.service") {
      const cursor = (await box.sh("journalctl -n 0 --show-cursor")).match(/cursor: (.*)/)?.[1] ??
        "";
      await box.run(["systemctl", "start", unit], { deadlineMs: 900_000 });
      const { ExecMainStatus = "?" } = await box.unit(unit);
      await box.sh(SYNC_JOURNAL.join(" "));
      const log = await box.sh(
        `journalctl -o cat --no-pager --after-cursor '${cursor}' -u ${unit}`,
      );
      return { code: Number(ExecMainStatus), log };
    },
    state: async () => JSON.parse(await box.read("/var/lib/t3-autoupdate/state.json")),
    async running() {
      const found: Record<string, string> = {};
      for (const user of users) {
        const port = /T3_PORT=(\d+)/.exec(await box.read(`/etc/t3-serve/${user}.env`))?.[1];
        found[user] = await eventually(`the instance of ${user} answering`, async () => {
          const answer = await askInside(
            box,
            `http://127.0.0.1:${port}/.well-known/t3/environment`,
          );
          return JSON.parse(answer).serverVersion as string;
        }, 60_000);
      }
      return found;
    },
    async fill(user, content = {}) {
      const json = JSON.stringify({ threads: 3, ...content, updatedAt: "2026-01-01T00:00:00Z" });
      await box.sh(
        `exec ${MOUNTED}/bin/deno run -q -A --cached-only --frozen ${MOUNTED}/source/tests/devbox/inside/populate.ts /home/${user} '${json}'`,
        { user, env: { DENO_DIR: `${MOUNTED}/deno_dir`, HOME: `/home/${user}` } },
      );
    },
    async grow(user, megabytes) {
      await inBox(
        user,
        `sqlite3 -cmd '.timeout 60000' ~/.t3/userdata/state.sqlite '
          CREATE TABLE IF NOT EXISTS ballast (bytes BLOB);
          WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count LIMIT ${megabytes})
          INSERT INTO ballast SELECT randomblob(1048576) FROM count;
          PRAGMA wal_checkpoint(TRUNCATE)'`,
      );
    },
    async threads(user) {
      const script = `cd ~/.t3/userdata; f=statev2.sqlite; test -e $f || f=state.sqlite
        sqlite3 -cmd '.timeout 10000' $f 'SELECT title FROM projection_threads ORDER BY thread_id'`;
      return (await inBox(user, script)).trim().split("\n").filter((line) => line !== "");
    },
    enter: (user) => box.sh(ENTER.replace("USER", user)),
    async flip(user, switches) {
      await box.write(`/home/${user}/.t3/switches.json`, JSON.stringify(switches), { owner: user });
    },
    async dieOnceSoaking() {
      await box.sh(`
        rm -f /home/*/.t3/${DEATH_FILE}
        systemd-run --quiet /bin/sh -c '
          until grep -q "\\"phase\\": \\"soaking\\"" /var/lib/t3-autoupdate/state.json
          do sleep 0.1; done
          for home in /home/*/.t3; do touch $home/${DEATH_FILE}; done'`);
    },
  };
}

async function askInside(box: Box, url: string): Promise<string> {
  const script = `const r = await fetch(${
    JSON.stringify(url)
  }); if (!r.ok) Deno.exit(1); console.log(await r.text())`;
  return await box.sh(`exec ${MOUNTED}/bin/deno eval -q '${script}'`);
}

const ENTER = `exec ${MOUNTED}/bin/deno eval -q '
const answer = await fetch("http://127.0.0.1:3780/", { redirect: "manual", headers: {
  "x-authentik-username": "USER-id", accept: "text/html", "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document", "sec-fetch-site": "none" } });
console.log(answer.status, answer.headers.getSetCookie().length);
'`;

async function installNode(box: Box): Promise<void> {
  const npm = (await runCommand("/bin/sh", ["-c", 'readlink -f "$(command -v npm)"'])).stdout
    .trim();
  await box.copyIn(npm.replace(/\/bin\/npm-cli\.js$/, ""), `${NODE}/22/lib/npm`);
  await box.sh(`
    mkdir -p ${NODE}/22/bin; ln -s 22 ${NODE}/current; ln -s /mnt/node/node ${NODE}/22/bin/node
    printf '#!/bin/sh\\nexec ${NODE}/current/bin/node ${NODE}/current/lib/npm/bin/npm-cli.js "$@"\\n' >${NODE}/22/bin/npm
    chmod 755 ${NODE}/22/bin/npm`);
}
