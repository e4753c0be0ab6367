/**
 * The builds of a box: asked for at the source that is set, and staged beside the others.
 *
 * @module
 */
import { type Account, demandAs } from "./account.ts";
import type { Outcome } from "./actions.ts";
import type { Config } from "./config.ts";
import { openNpmSource } from "./npm_source.ts";
import { openReleasesSource } from "./releases_source.ts";
import type { ReleaseAnswer, Source, Wanted } from "./source.ts";
import { stageVersion } from "./versions.ts";

/** Where builds come from, and how one becomes ready to run. */
export interface Builds {
  /** What a channel offers, or what is known of one version. */
  ask(wanted: Wanted): Promise<ReleaseAnswer>;
  /** The version of the Node that builds run on. */
  nodeVersion(): Promise<string>;
  /** Makes a version ready to run; one that is there needs no network. */
  stage(version: string, integrity: string | undefined): Promise<Outcome>;
}

/** Opens them; whatever touches a build runs as the gate's account. */
export function openBuilds(
  config: Config,
  accountOf: (user: string) => Promise<Account>,
): Builds {
  const { nodeDir, versionsDir, scratchDir, packageName, registry, releases } = config;
  const open = (account: Account): Source =>
    config.source === "npm"
      ? openNpmSource({ packageName, registry, nodeDir, account, scratchDir })
      : openReleasesSource({ index: releases, nodeDir, account, scratchDir });

  return {
    ask: async (wanted) => await open(await accountOf(config.gateUser)).ask(wanted),
    async nodeVersion() {
      const account = await accountOf(config.gateUser);
      return (await demandAs(account, [`${nodeDir}/node`, "--version"])).trim();
    },
    async stage(version, integrity) {
      const account = await accountOf(config.gateUser);
      const options = { source: open(account), account, nodeDir, versionsDir, scratchDir };
      return await stageVersion(version, integrity, options);
    },
  };
}
