/**
 * What the files of `systemd/` make of a box: accounts, directories, PATH and new homes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { bootBox } from "./support/box.ts";
import { addUser, installSystemFiles } from "./support/unit_box.ts";

Deno.test("the files of systemd/ make accounts, directories, PATH and homes", async (t) => {
  await using box = await bootBox({ network: "private" });
  await installSystemFiles(box);
  await addUser(box, "ada");

  await t.step("accounts that nobody can log in to", async () => {
    for (const user of ["t3-dispatch", "t3-gate"]) {
      const [, , uid = "", , , home, shell] = (await box.sh(`getent passwd ${user}`)).trim()
        .split(":");
      assert.deepEqual([home, shell], ["/", "/usr/sbin/nologin"]);
      assert.ok(Number(uid) < 1000, uid);
      assert.match(await box.sh(`getent shadow ${user}`), new RegExp(`^${user}:!`));
      assert.equal(await box.sh(`id -Gn ${user}`), `${user}\n`);
    }
    assert.match(await box.sh("getent group codex-shared"), /^codex-shared:/);
  });

  await t.step("directories with their modes, also after somebody changed them", async () => {
    const wanted = [
      "/etc/hearth 755 root:root",
      "/etc/t3-serve 755 root:root",
      "/etc/t3-serve/tokens 700 root:root",
      "/opt/codex-shared 2770 root:codex-shared",
      "/opt/t3/instances 755 root:root",
      "/opt/t3/versions 755 root:root",
      "/var/backups/t3-state 700 root:root",
      "/var/lib/t3-autoupdate 755 root:root",
      "/var/lib/t3-provision 700 root:root",
    ];
    const paths = wanted.map((line) => line.split(" ")[0]).join(" ");
    await box.sh(`chmod 777 ${paths}; rmdir /opt/t3/versions`);

    await box.reboot();

    assert.deepEqual((await box.sh(`stat -c '%n %a %U:%G' ${paths}`)).trim().split("\n"), wanted);
  });

  await t.step("old files of browser sessions go, and nothing else of a home", async () => {
    const cache = "/home/ada/.cache/playwright-mcp";
    await addUser(box, "bob");
    await box.sh(`mkdir -p ${cache}/old ${cache}/new /home/ada/.cache/other /srv/victim
      touch ${cache}/old/a /home/ada/.cache/other/c /srv/victim/d
      mkdir /home/bob/.cache; ln -s /srv/victim /home/bob/.cache/playwright-mcp
      chown -hR ada:ada /home/ada; chown -hR bob:bob /home/bob /srv/victim
      sed s/14d/2s/ /etc/tmpfiles.d/hearth.conf >/run/soon.conf`);

    await eventually("the old file going", async () => {
      await box.sh(`touch ${cache}/new/b; systemd-tmpfiles --clean /run/soon.conf`);
      return (await box.run(["test", "-e", `${cache}/old`])).code === 1;
    });

    const left = await box.sh(`find ${cache} /home/ada/.cache/other /srv/victim -type f | sort`);
    assert.equal(left, `/home/ada/.cache/other/c\n${cache}/new/b\n/srv/victim/d\n`);
  });

  await t.step("~/.local/bin in the PATH of login shells", async () => {
    const login = (shell: string) => box.sh(`chsh -s ${shell} ada; su - ada -c 'echo "$PATH"'`);

    for (const shell of ["/bin/bash", "/bin/sh"]) {
      assert.match(await login(shell), /^\/home\/ada\/\.local\/bin:/, shell);
    }
  });

  await t.step("a launcher and a .zshenv in a new home, and in no old one", async () => {
    assert.equal(await box.sh("stat -c %U:%a /home/ada/start-claude.sh"), "ada:755\n");
    assert.equal((await box.run(["test", "-r", "/home/ada/.zshenv"])).code, 0);
    assert.equal((await box.run(["test", "-e", "/root/start-claude.sh"])).code, 1);
  });
});
