/**
 * The pod of the drills: its four programs as processes, each under its permission set, on one
 * volume; and a `kubectl` that knows no cluster but these, so that a page's commands can be run.
 *
 * Images and manifests are shown elsewhere (`tests/pod`). What a cluster's own exporters say is
 * worked out from the same files: the volume's size from what is on it, the last successful backup
 * from how `profile_backup` really ended.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import { type Followed } from "./alert_drill.ts";
import { startTestBridge, type TestBridge } from "./bridge.ts";
import { freePort } from "./free_port.ts";
import { ROOT, startProgram, type TestProgram } from "./program.ts";
import { startReadyBrowser, type WarmBrowser } from "./warm_browser.ts";

/** The token of the snapshot. */
const TOKEN = "s3cret";

/** A pod of processes. */
export interface DrillPod extends AsyncDisposable {
  /** Its browser. */
  readonly browser: WarmBrowser;
  /** Its bridge. */
  readonly bridge: TestBridge;
  /** Its volume, `/profile` in a cluster. */
  readonly volume: string;
  /** Where backups go. */
  readonly backups: string;
  /** Where its programs show their metrics, by the port that they have elsewhere. */
  readonly ports: Readonly<Record<"9225" | "9224" | "9226" | "8089", number>>;
  /** Breaks the Chromium that is started next, or mends it. */
  breakChromium(isBroken: boolean): Promise<void>;
  /** Starts the harvester, as kubelet does when it has ended. */
  startHarvester(): Promise<void>;
  /** When the last backup succeeded, in seconds since the epoch; at first, the start. */
  lastBackup(): Promise<number>;
  /** Runs a block of a page; `ports` are those that differ here from what the page says. */
  follow(script: string, ports?: Readonly<Record<string, number>>): Promise<Followed>;
}

/** Starts it and waits for its first snapshot. */
export async function startDrillPod(): Promise<DrillPod> {
  await using held = new AsyncDisposableStack();
  // Harvesters are started later too.
  const harvesters: TestProgram[] = [];
  const directory = await Deno.makeTempDir({ prefix: "hearth-drill-" });
  held.defer(() => Deno.remove(directory, { recursive: true }));
  const [volume, backups] = [`${directory}/profile`, `${directory}/backup`];
  const [profile, snapshots] = [`${volume}/chromium-data`, `${volume}/snapshots`];
  for (const path of [profile, snapshots, backups, `${directory}/bin`, `${directory}/logs`]) {
    await Deno.mkdir(path, { recursive: true });
  }
  const breakChromium = (isBroken: boolean) =>
    Deno.writeTextFile(`${directory}/chromium`, isBroken ? BROKEN : WHOLE, { mode: 0o755 });
  await breakChromium(false);
  const browser = held.use(
    await startReadyBrowser({
      profile,
      env: {
        BROWSER_CHROMIUM: `${directory}/chromium`,
        BROWSER_PROBE_INTERVAL_MS: "500",
        BROWSER_PROBE_DEADLINE_MS: "5000",
        BROWSER_PROBE_MISSES: "2",
      },
    }),
  );
  const bridge = held.use(await startTestBridge({ targetPort: browser.ports.cdp }));
  const ports = {
    "9225": browser.ports.health,
    "9224": Number(new URL(bridge.adminUrl).port),
    "9226": freePort(),
    "8089": freePort(),
  };
  const programs = new Map<string, TestProgram>([
    ["chrome", browser.program],
    ["bridge", bridge.program],
  ]);
  held.defer(async () => {
    for (const harvester of harvesters) await harvester[Symbol.asyncDispose]();
  });
  async function startHarvester(): Promise<void> {
    await programs.get("harvester")?.exitCode;
    const harvester = startProgram("harvester", {
      args: ["--watch"],
      env: {
        CDP_URL: bridge.url,
        SNAPSHOT_DIR: snapshots,
        PROFILE_DIR: profile,
        HARVESTER_HEALTH_PORT: String(ports["9226"]),
      },
      flags: [
        "--allow-net=127.0.0.1",
        `--allow-read=${snapshots},${profile}`,
        `--allow-write=${snapshots}`,
      ],
    });
    harvesters.push(harvester);
    programs.set("harvester", harvester);
    await harvester.line(/first harvest done/, 120_000);
  }
  await startHarvester();
  const port = freePort();
  const server = held.use(startProgram("snapshot_server", {
    env: {
      PW_TOKEN: TOKEN,
      SNAPSHOT_PATH: `${snapshots}/storage-state.json`,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(ports["8089"]),
    },
    flags: ["--allow-net=127.0.0.1", `--allow-read=${snapshots}`],
  }));
  programs.set("snapshot-server", server);
  await server.line(/listening/, 60_000);
  await Deno.writeTextFile(`${directory}/token`, `${TOKEN}\n`);
  await Deno.writeTextFile(`${directory}/backed_up`, `${Math.floor(Date.now() / 1_000)}\n`);
  await Deno.writeTextFile(`${directory}/bin/kubectl`, KUBECTL, { mode: 0o755 });
  await Deno.symlink(Deno.execPath(), `${directory}/bin/deno`);

  const pod: DrillPod = {
    browser,
    bridge,
    volume,
    backups,
    ports,
    breakChromium,
    startHarvester,
    lastBackup: async () => Number(await Deno.readTextFile(`${directory}/backed_up`)),
    async follow(script, others = {}) {
      for (const [name, { lines, pid }] of programs) {
        await Deno.writeTextFile(`${directory}/logs/${name}`, `${lines.join("\n")}\n`);
        await Deno.writeTextFile(`${directory}/logs/${name}.pid`, `${pid}\n`);
      }
      const here: Readonly<Record<string, number>> = { ...ports, ...others };
      const command = script.replaceAll(
        /\b\d{4}\b/g,
        (number) => String(here[number] ?? number),
      );
      return await runCommand("/bin/bash", ["-c", `cd ${ROOT}\n${command}`], {
        deadlineMs: 300_000,
        env: {
          PATH: `${directory}/bin:${Deno.env.get("PATH")}`,
          DRILL: directory,
          BACKUP_CDP_PORT: String(freePort()),
          PLAYWRIGHT_SNAPSHOT_URL: `http://127.0.0.1:${port}/api/snapshot`,
          PLAYWRIGHT_SNAPSHOT_TOKEN: `${directory}/token`,
        },
      });
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
  const kept = held.move();
  return pod;
}

const WHOLE = '#!/bin/sh\nexec /usr/bin/chromium "$@"\n';
const BROKEN = `#!/bin/sh
echo "chromium: error while loading shared libraries: libnss3.so: cannot open shared object" >&2
exit 127
`;

/** Only what the pages ask for; anything else fails, as a name that no manifest has would. */
const KUBECTL = `#!/bin/bash
set -eu
[ "$1 $2" = "-n chrome-service" ]
shift 2
case "$*" in
"logs deploy/chrome-service -c "*) cat "$DRILL/logs/$4" ;;
"wait job/profile-"*" --timeout=65m --for=jsonpath={.status.conditions[0].status}=True") ;;
"logs -l job-name=profile-"*" --tail=-1" | \\
  "logs -l app.kubernetes.io/name=chrome-service-backup") cat "$DRILL/logs/backup" ;;
"exec deploy/chrome-service -c "*" -- sh -c kill 1") kill "$(cat "$DRILL/logs/$4.pid")" ;;
"exec deploy/chrome-service -c chrome -- "*) shift 5; "\${@//\\/profile/$DRILL/profile}" ;;
"get pods") for pid in "$DRILL"/logs/*.pid; do
    echo "\${pid##*/} $(ps -o stat= -p "$(cat "$pid")" || echo ended)"
  done ;;
"get jobs") echo "backup $(cat "$DRILL/backed_up")" ;;
"create job --from=cronjob/chrome-service-backup "*)
  export BACKUP_ROOT=$DRILL/profile BACKUP_DIR=$DRILL/backup BACKUP_SCRATCH_DIR=$DRILL
  if deno run -q --no-prompt --cached-only --frozen -P=profile_backup \\
    --allow-read="$DRILL,/tmp" --allow-write="$DRILL,/tmp" --allow-net="127.0.0.1:$BACKUP_CDP_PORT" \\
    profile_backup.ts create --verify --prune >"$DRILL/logs/backup" 2>&1; then
    date +%s >"$DRILL/backed_up"
  fi ;;
*) echo "error: unknown command: $*" >&2; exit 64 ;;
esac
`;
