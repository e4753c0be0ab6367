/**
 * The real programs of the agents, from the npm registry, at the versions that the product says it
 * was seen with.
 *
 * @module
 */
import { runCommand } from "../../core/process.ts";
import { cachedDirectory, testCacheDir } from "./test_cache.ts";

/** An agent that has a program. */
export type AgentProgramName = "claude" | "codex" | "gemini" | "opencode";

interface Package {
  readonly spec: string;
  /** The program, below `node_modules`. */
  readonly program: string;
}

const ARCH = Deno.build.arch === "aarch64" ? "arm64" : "x64";
const OPENCODE = ARCH === "x64" ? "opencode-linux-x64-baseline" : "opencode-linux-arm64";

const PACKAGES: Readonly<Record<AgentProgramName, Package>> = {
  claude: {
    spec: `@anthropic-ai/claude-code-linux-${ARCH}@2.1.329`,
    program: `@anthropic-ai/claude-code-linux-${ARCH}/claude`,
  },
  codex: { spec: "@openai/codex@0.169.0", program: ".bin/codex" },
  gemini: { spec: "@google/gemini-cli@0.61.0", program: ".bin/gemini" },
  opencode: { spec: `${OPENCODE}@1.18.33`, program: `${OPENCODE}/bin/opencode` },
};

/** Root's own cache is nobody else's to look into, and the programs run as somebody else. */
const BASE = Deno.uid() === 0 ? "/var/cache/hearth-tests" : testCacheDir();

/** The path of an agent's program; fetches it where it is not there yet. */
export async function agentProgram(agent: AgentProgramName): Promise<string> {
  const { spec, program } = PACKAGES[agent];
  const directory = await cachedDirectory(spec.replaceAll("/", "_"), async (path) => {
    const args = ["install", "--prefix", path, "--ignore-scripts", "--no-audit", "--no-fund", spec];
    const { code, stderr } = await runCommand("npm", args, { deadlineMs: 300_000 });
    if (code !== 0) throw new Error(`Cannot install ${spec}: ${stderr.trim()}`);
  }, BASE);
  return `${directory}/node_modules/${program}`;
}
