/**
 * What people's agents really run, inside the unit of t3.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bootBox } from "./support/box.ts";
import { holdBrowserLayer } from "./support/browser_layer.ts";
import { CLAUDE_VERSION, claudeBind, holdClaude } from "./support/claude.ts";
import { agent, listening, putT3 } from "./support/stand_in_t3.ts";
import { addUser, installSystemFiles } from "./support/unit_box.ts";

const UNIT = "t3-serve@ada.service";

Deno.test("t3-serve@ runs what agents are and what they run", async (t) => {
  await using layer = await holdBrowserLayer();
  await using claude = await holdClaude();
  await using box = await bootBox({ on: layer, network: "private", binds: [claudeBind(claude)] });
  await installSystemFiles(box);
  await addUser(box, "ada");
  await putT3(box);
  await box.write("/etc/t3-serve/ada.env", "T3_PORT=3773\n", { mode: 0o600 });
  await box.sh(`install -d -o ada -g ada /home/ada/.local /home/ada/.local/bin
    ln -s /mnt/claude/claude /home/ada/.local/bin/claude
    ln -s ../versions/1 /opt/t3/instances/ada
    systemctl start ${UNIT}`);
  await listening(box);
  const act = (script: string) => agent(box, script);

  await t.step("the real claude", async () => {
    assert.match(await act("claude --version"), new RegExp(CLAUDE_VERSION.replaceAll(".", "\\.")));
    const added = "claude mcp add --scope user --transport http x http://127.0.0.1:1/mcp";
    assert.match(await act(`${added} && claude mcp get x`), /http:\/\/127\.0\.0\.1:1\/mcp/);
    assert.equal(await box.sh("stat -c %U /home/ada/.claude.json"), "ada\n");
  });

  await t.step("the real claude, started by the launcher on a terminal", async () => {
    // A terminal's shell is no login shell and has no ~/.local/bin in PATH.
    const launched = await box.run(
      ["script", "-qec", "/home/ada/start-claude.sh mcp list", "/dev/null"],
      { user: "ada" },
    );

    assert.equal(launched.code, 0, launched.stdout);
    assert.match(launched.stdout, /x: http:\/\/127\.0\.0\.1:1\/mcp/);
    assert.doesNotMatch(launched.stdout, /start-claude:/);
  });

  await t.step("Node, by its name", async () => {
    assert.match(await act("node --version"), /^v22\./);
    assert.match(
      await act(`node -e 'console.log(Object.keys(os.networkInterfaces()), os.cpus().length > 0)'`),
      /lo.* true$/,
    );
  });

  await t.step("Chromium in its own sandbox", async () => {
    const page = "data:text/html,<p id=x>made</p><script>x.append(1+1)</script>";
    const flags =
      "--headless --disable-gpu --no-first-run --disable-background-networking --dump-dom";

    const dom = await act(`chromium ${flags} '${page}' 2>/dev/null`);

    assert.match(dom, /made2/);
  });
});
