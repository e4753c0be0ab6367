import assert from "node:assert/strict";
import { AGENT_CONFIGS } from "./agent_configs.ts";
import { MAX_TYPED_LENGTH } from "./json_config.ts";
import { ADA_UID, memoryHome } from "./memory_home.ts";
import { MAX_CONFIG_BYTES, readConfig } from "./read_config.ts";

const ADA = { user: "ada", uid: ADA_UID, home: "/home/ada" };
const PATH = "/home/ada/.claude.json";

Deno.test("readConfig() reads nothing that would take the memory of everybody's run", () => {
  const home = memoryHome({ ".claude.json": " ".repeat(MAX_CONFIG_BYTES) });
  assert.equal(readConfig(home.host, PATH, ADA).kind, "text");

  home.lay(".claude.json", " ".repeat(MAX_CONFIG_BYTES + 1));

  assert.deepEqual(readConfig(home.host, PATH, ADA), {
    kind: "unfit",
    why: `${PATH} cannot be read: it is too large, or no UTF-8`,
  });
});

Deno.test("every agent's configuration is parsed only up to what people type, but Claude's own", () => {
  const large = `[${"{},".repeat(MAX_TYPED_LENGTH / 2)}`;
  for (const { agent, parse } of Object.values(AGENT_CONFIGS)) {
    const reason = agent === "claude" ? "is no JSON" : "is too large";
    assert.deepEqual(parse(large), { isValid: false, reason }, agent);
  }
  const history = `{"history":[${"{},".repeat(MAX_TYPED_LENGTH / 2)}{}]}`;
  assert.deepEqual(AGENT_CONFIGS.claude.parse(history), { isValid: true, entry: undefined });
});
