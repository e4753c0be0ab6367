/**
 * The snapshot server as a program of its own, over a scene, for a person with a browser.
 *
 * @module
 */
import { startAdminServer } from "../../core/admin_server.ts";
import { createHealth, type HealthRegistry } from "../../core/health.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createHarvestMetrics } from "../../snapshot/harvest/harvest_metrics.ts";
import { freePort } from "./free_port.ts";
import { startProgram, type TestProgram } from "./program.ts";
import { type TestDirectory, testDirectory } from "./snapshot_fixture.ts";
import { putScene, type Scene } from "./status_scene.ts";

/** The token of the house; it may read everything. */
export const HOUSE_TOKEN = "s3cret-token-0123456789";

/** A server over a scene. */
export interface StatusHouse extends AsyncDisposable {
  /** The page's address. */
  readonly url: string;
  /** What the harvester writes. */
  readonly directory: TestDirectory;
  /** What the browser's program says of itself. */
  readonly browserHealth: HealthRegistry;
  /** The server's process now. */
  program(): TestProgram;
  /** Stops the server, and starts another on the same ports. */
  restart(): Promise<void>;
}

const START_MS = 60_000;

/**
 * Starts it; whoever names themselves in `X-authentik-username` is let in.
 *
 * @param scene What there is to see.
 */
export async function statusHouse(scene: Scene): Promise<StatusHouse> {
  await using held = new AsyncDisposableStack();
  const directory = held.use(await testDirectory());
  await putScene(directory, scene, Date.now());
  const [port, metricsPort] = [freePort(), freePort()];
  const browserHealth = createHealth();
  const harvesterHealth = createHealth();
  const asked = [
    { health: browserHealth, metrics: createMetrics() },
    {
      health: harvesterHealth,
      metrics: createHarvestMetrics(harvesterHealth, () => Date.now() - 5_000).registry,
    },
  ].map((what) => {
    const server = startAdminServer({ hostname: "127.0.0.1", port: 0, ...what });
    held.defer(() => server.stop());
    return server.port;
  });
  const env = {
    SNAPSHOT_PATH: `${directory.path}/storage-state.json`,
    PW_TOKEN_FILE: await directory.put("token", `${HOUSE_TOKEN}\n`),
    ACCESS_FILE: `${directory.path}/access.yaml`,
    HOST: "127.0.0.1",
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    LIVE_VIEW_URL: "https://chrome.example.com/",
    STATUS_TRUSTED_PEERS: "127.0.0.1",
    STATUS_BROWSER_HEALTH_URL: `http://127.0.0.1:${asked[0]}`,
    STATUS_HARVESTER_HEALTH_URL: `http://127.0.0.1:${asked[1]}`,
    ...(scene === "stale" ? { SNAPSHOT_MAX_AGE_SECONDS: "3600" } : {}),
  };
  const start = async () => {
    const program = startProgram("snapshot_server", {
      env,
      flags: [
        `--allow-read=${directory.path}`,
        `--allow-net=${[port, metricsPort, ...asked].map((at) => `127.0.0.1:${at}`)}`,
      ],
    });
    await program.line(/listening/, START_MS);
    return program;
  };
  let program = await start();
  const all = held.move();
  return {
    url: `http://127.0.0.1:${port}/`,
    directory,
    browserHealth,
    program: () => program,
    async restart() {
      await program[Symbol.asyncDispose]();
      program = await start();
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await all[Symbol.asyncDispose]();
    },
  };
}
