/**
 * The whole pipeline beside the boxes: the warm browser, a person at it, the bridge, the watching
 * harvester and the snapshot server, each a process under its permission set.
 *
 * @module
 */
import { withDeadline } from "../../../core/deadline.ts";
import { startTestBridge } from "../../support/bridge.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free_port.ts";
import { sitDown } from "../../support/person.ts";
import { startProgram } from "../../support/program.ts";
import type { TestSite } from "../../support/site.ts";
import { startReadyBrowser } from "../../support/warm_browser.ts";
import { startSampleSite } from "./sample_site.ts";
import { type SnapshotHost, startSnapshotHost } from "./snapshot_host.ts";

/** A pipeline that runs. */
export interface WarmHost extends AsyncDisposable {
  /** The snapshot server. */
  readonly snapshot: SnapshotHost;
  /** The site with a login. */
  readonly site: TestSite;
  /** Logs in to the site of a name, as a person in the warm browser; resolves when it is served. */
  logIn(name: string): Promise<void>;
}

/**
 * Starts it; nobody is logged in anywhere.
 *
 * @param access The access file, as YAML.
 */
export async function startWarmHost(access: string): Promise<WarmHost> {
  await using held = new AsyncDisposableStack();
  const snapshot = held.use(await startSnapshotHost(access));
  const site = held.use(startSampleSite());
  const browser = held.use(await startReadyBrowser());
  const bridge = held.use(await startTestBridge({ targetPort: browser.ports.cdp }));
  const harvester = held.use(startProgram("harvester", {
    args: ["--watch"],
    env: {
      CDP_URL: bridge.url,
      SNAPSHOT_DIR: snapshot.directory,
      PROFILE_DIR: browser.profile,
      HARVESTER_HEALTH_PORT: String(freePort()),
    },
    flags: [
      "--allow-net=127.0.0.1",
      `--allow-read=${snapshot.directory},${browser.profile}`,
      `--allow-write=${snapshot.directory}`,
    ],
  }));
  await harvester.line(/first harvest done/, 60_000);
  const person = held.use(await sitDown(bridge.url));
  const kept = held.move();
  return {
    snapshot,
    site,
    async logIn(name) {
      const tab = await person.open(`${site.origin(name)}/login`);
      const path = `${snapshot.directory}/storage-state.json`;
      await eventually(
        `The login at ${name} being harvested`,
        async () => (await Deno.readTextFile(path)).includes(`"${name}-s3cret"`),
        60_000,
      );
      await withDeadline(tab.close(), 20_000, "Closing the tab");
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
