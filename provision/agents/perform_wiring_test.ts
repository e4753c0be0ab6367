/**
 * The real programs wire themselves in a real home: what each module says of its agent is seen here.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Account } from "../../roster/derive.ts";
import { agentProgram, type AgentProgramName } from "../../tests/support/agent_programs.ts";
import { type DiskHome, diskHome, NOBODY } from "../../tests/support/disk_home.ts";
import type { Action } from "../action.ts";
import { type Item, type Outcome } from "../item.ts";
import { runTool } from "../real/run_tool.ts";
import { AGENT_CONFIGS } from "./agent_configs.ts";
import { ADA } from "./memory_home.ts";
import { performWiring } from "./perform_wiring.ts";
import { wireStep } from "./wire_step.ts";

const ignore = Deno.uid() !== 0;
const ACCOUNT: Account = { ...ADA, os_user: NOBODY };
const MOVED: Account = { ...ACCOUNT, playwright_port: 8999 };

/** For each agent: its file where it makes one, the entry it writes there, and a file of a user. */
const SEEN: Readonly<
  Record<AgentProgramName, {
    readonly file: string;
    readonly entry: string;
    readonly own: {
      readonly file: string;
      readonly text: string;
      readonly kept: readonly string[];
    };
    readonly broken: string;
  }>
> = {
  claude: {
    file: ".claude.json",
    entry: `"playwright": {
      "type": "http",
      "url": "http://localhost:8931/mcp"
    }`,
    own: {
      file: ".claude.json",
      text: `{"mcpServers":{"other":{"command":"true"}},"projects":{"/srv":{"x":1}},"unknown":"é"}`,
      kept: [`"unknown": "é"`, `"/srv"`, `"other"`],
    },
    broken: `{"a": [`,
  },
  codex: {
    file: ".codex/config.toml",
    entry: `[mcp_servers.playwright]\nurl = "http://localhost:8931/mcp"`,
    own: {
      file: ".codex/config.toml",
      text: `# mine\nmodel = "m"   # why\n\n[mcp_servers.other]\ncommand = "true"\n`,
      kept: [`# mine\nmodel = "m"   # why`, `[mcp_servers.other]\ncommand = "true"`],
    },
    broken: "a = [",
  },
  gemini: {
    file: ".gemini/settings.json",
    entry: `"playwright": {
      "url": "http://localhost:8931/mcp",
      "type": "http"
    }`,
    own: {
      file: ".gemini/settings.json",
      text: `{\n  // mine\n  "mcpServers": {"other": {"command": "true"}}\n}\n`,
      kept: ["// mine", `"other"`],
    },
    broken: `{"a": [`,
  },
  opencode: {
    file: ".config/opencode/opencode.jsonc",
    entry: `"playwright": {
      "type": "remote",
      "url": "http://localhost:8931/mcp"
    }`,
    own: {
      file: ".config/opencode/opencode.json",
      text: `{\n  // mine\n  "mcp": {"other": {"type": "local", "command": ["true"]}},\n}\n`,
      kept: ["// mine", `"other"`],
    },
    broken: `{"a": [`,
  },
};

async function homeWith(agent: AgentProgramName): Promise<DiskHome> {
  const home = await diskHome();
  await home.link(`.local/bin/${agent}`, await agentProgram(agent));
  // Where the machine has Node is its own affair.
  await home.link(".local/bin/node", await Deno.realPath(await nodePath()));
  return home;
}

async function nodePath(): Promise<string> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const info = await Deno.stat(`${directory}/node`).catch(() => undefined);
    if (info?.isFile) return `${directory}/node`;
  }
  throw new Error("There is no Node in PATH");
}

async function wire(
  home: DiskHome,
  agent: AgentProgramName,
  account = ACCOUNT,
): Promise<readonly [Item, Outcome]> {
  const said = await home.run(
    (context) => wireStep(context, account, AGENT_CONFIGS[agent]),
    (action) => perform(home, action),
  );
  assert.ok(said.length === 1 && said[0] !== undefined);
  return said[0];
}

function perform(home: DiskHome, action: Action): Promise<Outcome> {
  assert.ok(action.kind === "wire_agent");
  return performWiring(action, { host: home.host, runTool });
}

for (const [name, { file, entry, own, broken }] of Object.entries(SEEN)) {
  const agent = name as AgentProgramName;

  Deno.test({
    name: `performWiring() has ${agent} itself make the entry, move it and find it again`,
    ignore,
    async fn() {
      await using home = await homeWith(agent);

      const [first, outcome] = await wire(home, agent);

      assert.equal(first.state === "change" && first.cause, "missing");
      assert.deepEqual(outcome, { isDone: true });
      assert.ok((await home.read(file)).includes(entry), await home.read(file));
      assert.equal((await wire(home, agent))[0].state, "ok");

      const [moved, second] = await wire(home, agent, MOVED);

      assert.equal(moved.state === "change" && moved.cause, "intent");
      assert.deepEqual(second, { isDone: true });
      const text = await home.read(file);
      assert.ok(text.includes(entry.replace("8931", "8999")) && !text.includes("8931"), text);
      assert.equal((await wire(home, agent, MOVED))[0].state, "ok");
    },
  });

  Deno.test({
    name: `performWiring() keeps what else a user told ${agent}`,
    ignore,
    async fn() {
      await using home = await homeWith(agent);
      await home.write(own.file, own.text);

      assert.deepEqual((await wire(home, agent))[1], { isDone: true });

      const text = await home.read(own.file);
      for (const kept of own.kept) assert.ok(text.includes(kept), text);
      assert.equal((await wire(home, agent))[0].state, "ok");
    },
  });

  Deno.test({
    name: `performWiring() fails where ${agent}'s file broke since, and leaves it`,
    ignore,
    async fn() {
      await using home = await homeWith(agent);
      await home.write(own.file, own.text);
      const [[, outcome] = []] = await home.run(
        (context) => wireStep(context, ACCOUNT, AGENT_CONFIGS[agent]),
        async (action) => {
          await home.write(own.file, broken);
          return await perform(home, action);
        },
      );

      assert.ok(outcome !== undefined && !outcome.isDone);
      assert.match(outcome.error, new RegExp(`^Cannot wire ${agent} of nobody: `));
      assert.equal(await home.read(own.file), broken);
      assert.equal((await wire(home, agent))[0].state, "problem");
    },
  });
}

Deno.test({
  name: "performWiring() that was cut short between two commands is finished by the next run",
  ignore,
  async fn() {
    await using home = await homeWith("claude");
    await wire(home, "claude");
    let count = 0;
    const [[, outcome] = []] = await home.run(
      (context) => wireStep(context, MOVED, AGENT_CONFIGS.claude),
      (action) => {
        assert.ok(action.kind === "wire_agent");
        assert.equal(action.commands.length, 2);
        return performWiring(action, {
          host: home.host,
          runTool: (tool) =>
            count++ === 0
              ? runTool(tool)
              : Promise.resolve({ code: 137, stdout: "", stderr: "", trouble: "killed" }),
        });
      },
    );
    assert.deepEqual(outcome, {
      isDone: false,
      error: "Cannot wire claude of nobody: killed",
    });

    assert.deepEqual((await wire(home, "claude", MOVED))[1], { isDone: true });
    assert.equal((await wire(home, "claude", MOVED))[0].state, "ok");
  },
});

Deno.test({
  name: "performWiring() does not believe a program that says it ended well",
  ignore,
  async fn() {
    await using home = await diskHome();
    await home.write(".local/bin/claude", "#!/bin/sh\nexit 0\n", 0o755);

    const [, outcome] = await wire(home, "claude");

    assert.deepEqual(outcome, {
      isDone: false,
      error: `Cannot wire claude of nobody: ${home.path}/.local/bin/claude ended well, and ` +
        `${home.path}/.claude.json does not say http://localhost:8931/mcp`,
    });
  },
});

Deno.test({
  name: "performWiring() runs a program as the user, with nothing of our environment",
  ignore,
  async fn() {
    await using home = await diskHome();
    const script = '#!/bin/sh\n{ id -u; id -G; pwd; env; } >"$HOME/seen"\nexit 3\n';
    await home.write(".local/bin/claude", script, 0o755);
    Deno.env.set("HEARTH_WIRING", "leaked");
    try {
      const [, outcome] = await wire(home, "claude");
      assert.equal(outcome.isDone, false);
    } finally {
      Deno.env.delete("HEARTH_WIRING");
    }

    const seen = await home.read("seen");
    assert.ok(seen.startsWith(`65534\n65534\n${home.path}\n`), seen);
    assert.doesNotMatch(seen, /leaked/);
    assert.match(seen, new RegExp(`^HOME=${home.path}$`, "m"));
    assert.match(seen, new RegExp(`^PATH=${home.path}/\\.local/bin:/usr/local/bin:`, "m"));
  },
});
