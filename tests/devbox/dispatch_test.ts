/**
 * From a person's browser to their own t3 on a dev box: real units, the real mint through its socket
 * and through sudo, nginx as the ingress on another machine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startChromium } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";
import { startIngress } from "../support/ingress.ts";
import { sitDown, type Tab } from "../support/person.ts";
import { type Build, build, ERAS } from "../t3_fixture/builds.ts";
import { nodeBinDir } from "../t3_fixture/node_program.ts";
import { installBuild } from "../t3_fixture/package_files.ts";
import { bootBox, type Box } from "./support/box.ts";
import { installApp } from "./support/installed_app.ts";
import { addUser, installSystemFiles } from "./support/unit_box.ts";

const MINT = "/usr/local/bin/t3-mint";
const USERS = [["ada", 3773], ["grace", 3774]] as const;

async function installVersion(box: Box, one: Build): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-version-" });
  try {
    await installBuild(`${directory}/t3`, one);
    await box.copyIn(`${directory}/t3`, `/opt/t3/versions/${one.behaviour.version}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function bootDispatch(): Promise<Box> {
  const box = await bootBox({
    network: "private",
    binds: [{ from: await nodeBinDir(), to: "/opt/hearth/node/22/bin" }],
  });
  await installSystemFiles(box);
  for (const name of ["t3-mint", "t3-dispatch"]) await installApp(box, name, "http://127.0.0.1:1/");
  await installVersion(box, build("0.0.34", ERAS.portCookie));
  await installVersion(
    box,
    build("0.0.40", {
      behaviour: { extraMigrations: [{ id: 40, name: "Newer", sql: [] }] },
    }),
  );
  await box.sh("ln -sfn 22 /opt/hearth/node/current");
  for (const [user, port] of USERS) {
    await addUser(box, user);
    await box.write(`/etc/t3-serve/${user}.env`, `T3_PORT=${port}\n`, { mode: 0o600 });
    await box.sh(`ln -s ../versions/0.0.34 /opt/t3/instances/${user}`);
  }
  await writeTable(box, USERS);
  await box.write(
    "/etc/hearth/dispatch.env",
    `DISPATCH_LISTEN_ADDR=0.0.0.0\nDISPATCH_TRUSTED_PEERS=${box.host}\n`,
  );
  await box.sh(`systemctl start t3-serve@ada t3-serve@grace
    systemctl enable --now t3-mint.socket t3-dispatch.service`);
  for (const [, port] of USERS) {
    await eventually("t3 listening", () => box.sh(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}'`));
  }
  await eventually("dispatch listening", () => box.sh("bash -c 'exec 3<>/dev/tcp/127.0.0.1/3780'"));
  return box;
}

async function writeTable(box: Box, users: readonly (readonly [string, number])[]): Promise<void> {
  const table = Object.fromEntries(users.map(([user, port]) => [user, { os_user: user, port }]));
  await box.write("/etc/t3-serve/dispatch.json", JSON.stringify(table));
}

async function state(tab: Tab): Promise<unknown> {
  return await eventually("the page settling", async () => {
    const found = await tab.evaluate("document.body?.dataset.state ?? document.title");
    return found !== "loading" && found !== "" && found;
  });
}

Deno.test("a person lands in their own t3 on a dev box, and nobody else does", async (t) => {
  await using box = await bootDispatch();
  await using ingress = await startIngress(`${box.address}:3780`, ["ada", "grace", "mallory"]);
  await using browser = await startChromium();
  using person = await sitDown(browser.address);
  const ledger = async () => {
    const script = "import { DatabaseSync } from 'node:sqlite'; const all = new DatabaseSync(" +
      "'/home/ada/.t3/userdata/state.sqlite').prepare('SELECT migration_id AS id, name FROM " +
      "effect_sql_migrations').all(); console.log(JSON.stringify(all));";
    const command = ["/opt/hearth/node/22/bin/node", "--input-type=module", "-e", script];
    return (await box.run(command, { user: "ada" })).stdout;
  };
  const before = await ledger();

  await t.step("the first visit pairs, the second does not", async () => {
    const tab = await person.open(`${ingress.urlOf("ada")}/chat/7`);
    const first = await state(tab);
    await tab.goto(`${ingress.urlOf("ada")}/`);
    const second = await state(tab);

    assert.deepEqual([first, second], ["workspace", "workspace"]);
    const journal = await box.journal("t3-dispatch.service");
    assert.equal(journal.split('"msg":"paired"').length - 1, 1, journal);
    assert.match(
      journal,
      /"msg":"paired","user":"ada","endpoint":"\/api\/auth\/browser-session","fallback":false/,
    );
    await tab.close();
  });

  await t.step("each sees their own instance", async () => {
    for (const [user] of USERS) {
      const tab = await person.open(`${ingress.urlOf(user)}/`);
      assert.equal(await state(tab), "workspace");
      const who = await tab.evaluate(
        "fetch('/api/fixture/identity').then((r) => r.json()).then(({ user }) => user)",
      );
      assert.equal(who, user);
      await tab.close();
    }
  });

  await t.step("signing in runs no migration of a newer t3 that is installed", async () => {
    assert.equal(await ledger(), before);
    assert.doesNotMatch(before, /Newer/);
  });

  await t.step("somebody unmapped is told so, and a forged header counts for nothing", async () => {
    const unmapped = await fetch(`${ingress.urlOf("mallory")}/`, {
      headers: { accept: "text/html", "X-authentik-username": "ada" },
    });
    assert.deepEqual([unmapped.status, unmapped.headers.get("x-hearth-dispatch")], [
      403,
      "user_unmapped",
    ]);
    await unmapped.body?.cancel();
    // A user of the box itself, by loopback, which is not the ingress.
    const forged = await box.sh(
      `bash -c '
      exec 3<>/dev/tcp/127.0.0.1/3780
      printf "GET / HTTP/1.1\\r\\nHost: x\\r\\nX-authentik-username: ada\\r\\nConnection: close\\r\\n\\r\\n" >&3
      cat <&3'`,
      { user: "grace" },
    );
    assert.match(forged, /^HTTP\/1\.1 403 .*X-Hearth-Dispatch: peer_foreign/s);
  });

  await t.step(
    "sudo lets the dispatcher's user mint, with the exit codes of the contract",
    async () => {
      const sudo = (...words: readonly string[]) =>
        box.run(["sudo", "-n", ...words], { user: "t3-dispatch" });
      const ada = await sudo(MINT, "ada");

      assert.equal(ada.code, 0, ada.stderr);
      assert.deepEqual(Object.keys(JSON.parse(ada.stdout)), ["credential"]);
      assert.equal((await sudo(MINT, "mallory")).code, 3);
      assert.equal((await sudo(MINT, "root")).code, 3);
      const direct = (...words: readonly string[]) => box.run([MINT, ...words]);
      const hostile = [
        "--help;id",
        "-u",
        "ada;id",
        "$(touch /tmp/x)",
        "../ada",
        "ada\ngrace",
        "",
        "аda",
      ];
      for (const name of hostile) assert.equal((await direct("--", name)).code, 2, name);
      assert.equal((await direct()).code, 2);
      assert.equal((await direct("ada", "grace")).code, 2);
      await writeTable(box, [...USERS, ["root", 3775], ["daemon", 3776]]);
      assert.equal((await direct("root")).code, 2, "whatever the table says");
      assert.equal((await direct("daemon")).code, 2);
      await writeTable(box, USERS);
      assert.equal((await box.run(["test", "-e", "/tmp/x"])).code, 1);
      assert.equal((await sudo("/usr/bin/id")).code, 1);
    },
  );

  await t.step("dispatch runs confined, as nobody", async () => {
    const { MainPID } = await box.unit("t3-dispatch.service");
    const status = await box.read(`/proc/${MainPID}/status`);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    assert.match(status, /^Seccomp:\s+2$/m);
    assert.match(status, /^CapBnd:\s+0+$/m);
    assert.equal(await box.sh(`stat -c %U /proc/${MainPID}`), "t3-dispatch\n");
  });

  await t.step("a stopped instance is explained, and found again once it runs", async () => {
    await box.sh("systemctl stop t3-serve@ada");
    const tab = await person.open(`${ingress.urlOf("ada")}/chat/9`);
    const text = await tab.evaluate("document.body.textContent");
    await box.sh("systemctl start t3-serve@ada");
    const found = await eventually(
      "the page finding the workspace",
      async () => await tab.evaluate("document.body?.dataset.state") === "workspace",
      60_000,
    );

    assert.match(String(text), /The workspace of ada does not answer/);
    assert.equal(found, true);
    assert.equal(await tab.evaluate("location.pathname"), "/chat/9");
    assert.equal((await box.unit("t3-serve@ada.service")).Result, "success");
    await tab.close();
  });

  await t.step("a user who is removed is out", async () => {
    await writeTable(box, [["grace", 3774]]);
    const reason = await eventually("ada being out", async () => {
      const answer = await fetch(`${ingress.urlOf("ada")}/`, { headers: { accept: "text/html" } });
      await answer.body?.cancel();
      return answer.status === 403 && answer.headers.get("x-hearth-dispatch");
    });
    assert.equal(reason, "user_unmapped");
  });

  await t.step(
    "with a token of the ingress, loopback may be trusted on a box of many",
    async () => {
      const ask = (header: string) =>
        box.sh(
          `bash -c '
      exec 3<>/dev/tcp/127.0.0.1/3780
      printf "GET / HTTP/1.1\\r\\nHost: x\\r\\nAccept: text/html\\r\\n${header}X-authentik-username: ada\\r\\nConnection: close\\r\\n\\r\\n" >&3
      cat <&3'`,
          { user: "grace" },
        );
      await box.write("/etc/credstore/t3-dispatch-ingress", "0123456789abcdef\n", { mode: 0o600 });
      await box.write(
        "/etc/hearth/dispatch.env",
        `DISPATCH_LISTEN_ADDR=0.0.0.0\nDISPATCH_TRUSTED_PEERS=${box.host},127.0.0.1\n`,
      );
      await writeTable(box, USERS);
      await box.sh("systemctl restart t3-dispatch.service");
      await eventually(
        "dispatch listening",
        () => box.sh("bash -c 'exec 3<>/dev/tcp/127.0.0.1/3780'"),
      );

      const forged = await ask("");
      const guessed = await ask("X-Hearth-Ingress: 0123456789abcdeX\\r\\n");
      const proved = await ask("X-Hearth-Ingress: 0123456789abcdef\\r\\n");
      const read = await box.run(["cat", "/etc/credstore/t3-dispatch-ingress"], { user: "grace" });

      assert.match(forged, /^HTTP\/1\.1 403 .*X-Hearth-Dispatch: ingress_unproved/s);
      assert.match(guessed, /^HTTP\/1\.1 403 .*X-Hearth-Dispatch: ingress_unproved/s);
      assert.match(proved, /^HTTP\/1\.1 302 /);
      assert.equal(read.code, 1);
    },
  );
});
