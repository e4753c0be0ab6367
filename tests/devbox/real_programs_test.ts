/**
 * Hearth's own programs under the units that run them on a host.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { bootBox, type Box } from "./support/box.ts";
import { installApp } from "./support/installed_app.ts";
import { installStandIn, installSystemFiles } from "./support/unit_box.ts";

const ROSTER = `users:
  ada:
    authentik_user: ada@example.com
    k8s_user: ada
    tier: admin
  bob:
    authentik_user: bob@example.com
    k8s_user: bob
    tier: namespace-owner
    namespaces: [bob]
`;

/** Pairs as t3 does, and shows as whom. */
const T3 = `
if (args[0] === "auth") {
  Deno.writeTextFileSync(args[args.indexOf("--base-dir") + 1] + "/paired", await sh("id -un"));
  console.log(JSON.stringify({ id: "1", credential: "CODE-" + await sh("id -un"), expiresAt: "x" }));
} else {
  Deno.addSignalListener("SIGTERM", () => Deno.exit(130));
  Deno.mkdirSync(args[args.indexOf("--base-dir") + 1], { recursive: true });
  Deno.serve({ hostname: "127.0.0.1", port: Number(args[args.indexOf("--port") + 1]) }, () =>
    new Response("t3"));
}`;

async function installPrograms(box: Box): Promise<void> {
  await installSystemFiles(box);
  for (const name of ["t3-provision-users", "t3-mint", "t3-dispatch"]) {
    await installApp(box, name, "http://127.0.0.1:1/api/snapshot");
  }
  // The MCP server has tests of its own.
  await installStandIn(box, "/opt/hearth/node/current/bin/node", "setInterval(() => {}, 1e6);");
  await box.sh(
    "groupadd docker; groupadd code-shared; mkdir -p /opt/hearth/mcp/current; ln -s bash /bin/zsh",
  );
  await box.write("/etc/hearth/roster.yaml", ROSTER);
  await box.write("/etc/hearth/provision.yaml", "claude_installer: null\n");
}

Deno.test("the programs of a host work under their units", async (t) => {
  await using box = await bootBox({ network: "private" });
  await installPrograms(box);

  await t.step("t3-provision-users.service makes the users", async () => {
    const { code } = await box.run(["systemctl", "start", "t3-provision-users.service"]);

    assert.equal(code, 0, await box.journal("t3-provision-users.service"));
    assert.equal(await box.sh("stat -c %U:%a /home/ada /home/bob"), "ada:700\nbob:700\n");
    assert.match(await box.sh("id -Gn ada"), /\bsudo\b/);
    assert.match(await box.read("/etc/t3-serve/ada.env"), /^T3_PORT=3773$/m);
    assert.deepEqual(JSON.parse(await box.read("/etc/t3-serve/dispatch.json")), {
      ada: { os_user: "ada", port: 3773 },
      bob: { os_user: "bob", port: 3774 },
    });
    assert.equal(await box.sh("systemctl is-enabled t3-serve@bob.service"), "enabled\n");
    assert.equal(await box.sh("stat -c %a /var/lib/t3-provision"), "700\n");
  });

  await t.step("and has nothing to do the next time", async () => {
    const before = await box.read("/var/lib/t3-provision/audit.jsonl");

    await box.sh("systemctl start t3-provision-users.service");

    assert.equal(await box.read("/var/lib/t3-provision/audit.jsonl"), before);
  });

  await t.step("t3-dispatch.service listens, and answers with what its table says", async () => {
    await installStandIn(box, "/opt/t3/versions/1/bin/t3", T3);
    await box.sh(`ln -s ../versions/1 /opt/t3/instances/ada
      systemctl start t3-serve@ada.service
      systemctl enable --now t3-mint.socket t3-dispatch.service`);

    const head = await eventually("an answer", () =>
      box.sh(`bash -c '
      exec 3<>/dev/tcp/127.0.0.1/3780
      printf "GET /healthz HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n" >&3
      head -n 1 <&3'`));

    assert.match(head, /^HTTP\/1\.1 200 /, await box.journal("t3-dispatch.service"));
  });

  await t.step(
    "t3-mint@ makes a credential as the user, and for nobody who is not mapped",
    async () => {
      await eventually("t3 listening", () => box.sh("test -d /home/ada/.t3"));
      const ask = (name: string) =>
        box.sh(`/mnt/hearth/bin/deno eval '
        const mint = await Deno.connect({ transport: "unix", path: "/run/t3-mint.socket" });
        await mint.write(new TextEncoder().encode("${name}\\n"));
        await mint.readable.pipeTo(Deno.stdout.writable);'`);

      assert.deepEqual(JSON.parse(await ask("ada")), { credential: "CODE-ada" });
      assert.equal(await box.sh("stat -c %U /home/ada/.t3/paired"), "ada\n");
      assert.equal(await ask("root"), "");
      assert.equal(await ask("carol"), "");
      assert.equal(await ask("--help"), "");
      assert.match(await box.journal("t3-mint@*"), /carol/);
      assert.equal(await box.sh("systemctl --failed --no-legend"), "");
    },
  );
});
