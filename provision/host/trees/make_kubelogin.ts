/**
 * A release of kubelogin: a zip archive with a known digest.
 *
 * @module
 */
import { type Outcome } from "../../item.ts";
import type { TreeRecipe } from "../../action.ts";
import { failed } from "../../real/outcome.ts";
import type { RunTool } from "../../real/run_tool.ts";
import type { TreeMaker } from "./install_tree.ts";
import { MORTAL_ROOT } from "./run_deno.ts";
import { fileSeal } from "./walk_tree.ts";

const CURL = "/usr/bin/curl";
const UNZIP = "/usr/bin/unzip";
const DEADLINE_MS = 300_000;
const LARGEST_BYTES = 200 * 1024 * 1024;

/** What making kubelogin needs. */
export interface KubeloginDeps {
  /** Runs programs. */
  readonly runTool: RunTool;
  /** curl's variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes `kubelogin`. */
export function kubeloginMaker(
  recipe: Extract<TreeRecipe, { readonly kind: "kubelogin" }>,
  { runTool, env }: KubeloginDeps,
): TreeMaker {
  const { url, sha256 } = recipe;
  return {
    async make(into, work): Promise<Outcome> {
      const archive = `${work}/kubelogin.zip`;
      const fetched = await runTool({
        command: CURL,
        as: MORTAL_ROOT,
        args: [
          ...["--disable", "--silent", "--show-error", "--fail", "--location"],
          ...["--proto", "=https,http", "--proto-redir", "=https", "--max-redirs", "5"],
          ...["--connect-timeout", "15", "--max-time", String(DEADLINE_MS / 1_000)],
          ...["--max-filesize", String(LARGEST_BYTES), "--output", archive, "--", url],
        ],
        env,
        deadlineMs: DEADLINE_MS + 5_000,
      });
      if (fetched.trouble !== undefined) {
        return failed(`${url} cannot be downloaded: ${fetched.trouble}`);
      }
      const found = fileSeal(archive).sha256;
      if (found !== sha256) {
        const error = `${url} has the SHA-256 ${found}, must be ${sha256}; it is not unpacked`;
        return { isDone: false, error, isRefused: true };
      }
      await Deno.mkdir(into, { mode: 0o755 });
      const unpacked = await runTool({
        command: UNZIP,
        args: ["-q", archive, "kubelogin", "-d", into],
      });
      if (unpacked.trouble !== undefined) return failed(unpacked.trouble);
      await Deno.chmod(`${into}/kubelogin`, 0o755);
      return { isDone: true };
    },
  };
}
