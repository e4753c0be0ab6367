/**
 * The machine that boxes get their snapshot from: the real snapshot server with an access file.
 *
 * @module
 */
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free_port.ts";
import { startProgram, type TestProgram } from "../../support/program.ts";
import { testDirectory } from "../../support/snapshot_fixture.ts";

/** A snapshot server that runs. */
export interface SnapshotHost extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** The port of its metrics. */
  readonly metricsPort: number;
  /** The snapshot's URL, on this machine and wherever the port is forwarded to. */
  readonly url: string;
  /** Where snapshots are published, with the access file beside them. */
  readonly directory: string;
  /** The program. */
  readonly program: TestProgram;
  /** Publishes a snapshot, as the harvester does. */
  publish(text: string): Promise<void>;
  /** Replaces the access file by a different one; resolves when the server has read it. */
  grant(access: string): Promise<void>;
}

/**
 * Starts it; nothing has been harvested yet.
 *
 * @param access The access file, as YAML.
 */
export async function startSnapshotHost(access: string): Promise<SnapshotHost> {
  await using held = new AsyncDisposableStack();
  const directory = held.use(await testDirectory());
  const ACCESS_FILE = await directory.put("access.yaml", access);
  const [port, metricsPort] = [freePort(), freePort()];
  const program = held.use(startProgram("snapshot_server", {
    env: {
      SNAPSHOT_PATH: `${directory.path}/storage-state.json`,
      ACCESS_FILE,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    flags: [`--allow-read=${directory.path}`, "--allow-net=127.0.0.1"],
  }));
  await program.line(/listening/, 60_000);
  const kept = held.move();
  return {
    port,
    metricsPort,
    url: `http://127.0.0.1:${port}/api/snapshot`,
    directory: directory.path,
    program,
    async publish(text) {
      await directory.put("storage-state.json", text);
    },
    async grant(next) {
      const changes = () => program.lines.filter((line) => line.includes("access file changed"));
      const before = changes().length;
      await directory.put("access.yaml", next);
      await eventually("the server reading its access file", () => changes().length > before);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
