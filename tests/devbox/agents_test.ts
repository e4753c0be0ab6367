/**
 * Claude installed and wired by one run, on a booted box.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { bootBox } from "./support/box.ts";
import { claudeBind, holdClaude, startClaudeInstaller } from "./support/claude.ts";
import { holdPackagesLayer } from "./support/packages_layer.ts";
import { apply, setUp, startApply } from "./support/user_box.ts";

const CONFIG = "/home/ada/.claude.json";
const PORTS = "/etc/hearth/playwright_ports.json";

Deno.test("Claude is installed and wired by one run, and by the next where its site is down", async (t) => {
  using tree = await holdClaude();
  await using installer = startClaudeInstaller();
  await using layer = await holdPackagesLayer();
  const slowPort = freePort();
  await using box = await bootBox({
    on: layer,
    network: "private",
    binds: [claudeBind(tree)],
    forward: [installer.port, slowPort],
  });
  const settingsOf = (port: number) => `claude_installer: http://${box.host}:${port}/install.sh\n`;
  await setUp(box, ["ada"], settingsOf(installer.port));
  const agents = async () =>
    (await apply(box, "ada", /^claude$|^wiring/)).map(({ resource, result }) => [resource, result]);

  await t.step("an installer that cannot be had is a warning with the line to try", async () => {
    installer.become("down");

    assert.deepEqual(await agents(), [["claude", "warning"], ["wiring of claude", "skipped"]]);
  });

  await t.step("an installer is gone with the run that was killed", async () => {
    const script = `#!/bin/bash
mkdir -p "$HOME/.local/bin"
ln -sfn "$HOME/unfinished" "$HOME/.local/bin/claude"
echo $$ >"$HOME/installer"
exec sleep 600
`;
    await using slow = Deno.serve(
      { hostname: "127.0.0.1", port: slowPort, onListen() {} },
      () => new Response(script),
    );
    await box.write("/etc/hearth/provision.yaml", settingsOf(slow.addr.port));
    const run = startApply(box, "ada");
    const pid = await eventually("The installer running", async () => {
      return /^(\d+)\n$/.exec((await box.run(["cat", "/home/ada/installer"])).stdout)?.[1];
    });

    run.kill("SIGKILL");
    await run.result;

    await eventually("The installer ending", async () => {
      return (await box.run(["test", "-e", `/proc/${pid}`])).code === 1;
    });
    await box.write("/etc/hearth/provision.yaml", settingsOf(installer.port));
  });

  await t.step("the next run has it", async () => {
    installer.become("well");

    assert.deepEqual(await agents(), [["claude", "changed"], ["wiring of claude", "changed"]]);
    const { stdout } = await box.run(["/home/ada/.local/bin/claude", "mcp", "get", "playwright"], {
      user: "ada",
      cwd: "/tmp",
    });
    assert.match(stdout, /Scope: User config .*\n(.*\n)*\s+URL: http:\/\/localhost:8931\/mcp/);
  });

  await t.step("a moved port is wired again, with the rest of the file as it was", async () => {
    const { playwright: _, ...others } = JSON.parse(await box.read(CONFIG)).mcpServers;
    assert.deepEqual(others, {});
    await box.sh(
      `/home/ada/.local/bin/claude mcp add --scope user --transport http own http://example.com/mcp`,
      { user: "ada" },
    );
    await box.write(PORTS, '{ "ada": 8999 }\n');

    assert.deepEqual(await agents(), [["claude", "ok"], ["wiring of claude", "changed"]]);

    const { mcpServers } = JSON.parse(await box.read(CONFIG));
    assert.equal(mcpServers.playwright.url, "http://localhost:8999/mcp");
    assert.equal(mcpServers.own.url, "http://example.com/mcp");
  });

  await t.step("a full home is that user's failure, which names the agent", async () => {
    await box.sh(`
      program=$(readlink -f /home/ada/.local/bin/claude)
      mount -t tmpfs -o size=16k,mode=700,uid=$(id -u ada),gid=$(id -g ada) tmpfs /home/ada
      install -d -o ada -g ada /home/ada/.local /home/ada/.local/bin
      ln -s "$program" /home/ada/.local/bin/claude
      cat /dev/zero >/home/ada/full || true`);

    const [, wiring] = await apply(box, "ada", /^claude$|^wiring/);

    assert.equal(wiring?.result, "failed");
    assert.match(wiring?.error ?? "", /^Cannot wire claude of ada: .*\.claude\.json/);
    await box.sh("umount /home/ada");
  });

  await t.step("and there is nothing left to do", async () => {
    const asked = installer.requestCount();

    assert.deepEqual(await agents(), [["claude", "ok"], ["wiring of claude", "ok"]]);
    assert.equal(installer.requestCount(), asked);
    assert.equal(await box.sh("find /home/ada -not -user ada"), "");
  });
});
