/**
 * The units of the dispatcher and of its pairings, and what sudo allows a dispatcher of another make.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { bootBox, type Box } from "./support/box.ts";
import { addUser, installStandIn, installSystemFiles } from "./support/unit_box.ts";

const MINT = "/usr/local/bin/t3-mint";

/** Pairs whoever is asked for, and does what a test asks. */
const DISPATCH = `
Deno.serve({ hostname: "0.0.0.0", port: 3780 }, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/do") return new Response(await sh(await request.text()));
  const mint = await Deno.connect({ transport: "unix", path: "/run/t3-mint.socket" });
  await mint.write(new TextEncoder().encode(await request.text() + "\\n"));
  await mint.closeWrite();
  return new Response(mint.readable);
});`;

/** Becomes the user, as the real one does, and tells what it may do besides. */
const STAND_IN_MINT = `
const [user] = args.filter((arg) => arg !== "--");
if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user ?? "")) {
  console.error("no name: " + user);
  Deno.exit(2);
}
const as = "setpriv --reuid=" + user + " --regid=" + user + " --init-groups --no-new-privs " +
  "--inh-caps=-all ";
console.log(JSON.stringify({
  credential: await sh(as + "sh -c 'id -un; umask 077; touch ~" + user + "/.t3 && cat ~" + user + "/private'"),
  home: await sh("cat /home/" + user + "/private"),
  network: await sh("bash -c 'exec 3<>/dev/tcp/127.0.0.1/3780'"),
  etc: await sh("touch /etc/x"),
  opt: await sh("touch /opt/t3/x"),
}));`;

async function bootDispatch(): Promise<Box> {
  const box = await bootBox({ network: "private" });
  await installSystemFiles(box);
  for (const user of ["ada", "grace"]) await addUser(box, user);
  await installStandIn(box, "/usr/local/bin/t3-dispatch", DISPATCH);
  await installStandIn(box, MINT, STAND_IN_MINT);
  return box;
}

Deno.test("t3-dispatch.service gets pairings and has no power of its own", async (t) => {
  await using box = await bootDispatch();
  await box.sh("systemctl enable --now t3-mint.socket t3-dispatch.service");
  const ask = (path: string, body: string) =>
    eventually("an answer", async () => {
      const response = await fetch(`http://${box.address}:3780${path}`, { method: "POST", body });
      return { text: await response.text() };
    }).then(({ text }) => text);

  await t.step("each user's pairing is made by that user", async () => {
    for (const user of ["ada", "grace"]) {
      const came = JSON.parse(await ask("/pair", user));

      assert.equal(came.credential, `${user}\n${user}'s`);
      assert.equal(await box.sh(`stat -c %U:%a /home/${user}/.t3`), `${user}:600\n`);
      // The one that becomes them may not do it as root.
      assert.match(came.home, /Permission denied/);
      assert.match(came.network, /not supported by protocol|unreachable|refused/);
      assert.match(came.etc, /Read-only/);
      assert.match(came.opt, /Read-only/);
    }
  });

  await t.step(
    "a name that is none is answered with nothing, and no unit stays failed",
    async () => {
      for (
        const name of [
          "",
          "-h",
          "--help",
          "../ada",
          "ada grace",
          "$(id)",
          "ada;id",
          "Ada",
        ]
      ) {
        const answer = await ask("/pair", name);

        // A help text would be no pairing either.
        assert.ok(!answer.includes("credential"), `${name}: ${answer}`);
      }
      await eventually(
        "every pairing ending",
        async () => (await box.sh("systemctl list-units --no-legend 't3-mint@*'")) === "",
      );
      assert.equal(await box.sh("systemctl --failed --no-legend"), "");
      assert.match(await box.journal("t3-mint@*"), /no name: ada grace/);
    },
  );

  await t.step("many at once are all answered", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask("/pair", "ada")));

    assert.equal(answers.filter((answer) => answer.includes("ada's")).length, 12);
  });

  await t.step("a flood does not close the door for those who come after it", async () => {
    const flood = await ask(
      "/do",
      `exec /mnt/hearth/bin/deno eval '
        const one = async () => {
          const mint = await Deno.connect({ transport: "unix", path: "/run/t3-mint.socket" });
          mint.close();
        };
        for (let wave = 0; wave < 30; wave++) await Promise.allSettled(Array.from({ length: 20 }, one));
        console.log("flooded");'`,
    );
    assert.equal(flood, "flooded");

    const answer = await eventually("room again", async () => {
      const text = await ask("/pair", "ada");
      return text.includes("ada's") && text;
    });

    assert.match(answer, /ada's/);
    assert.equal((await box.unit("t3-mint.socket")).ActiveState, "active");
  });

  await t.step("nobody else can ask", async () => {
    const connect = `Deno.connect({ transport: "unix", path: "/run/t3-mint.socket" })`;
    const { stderr } = await box.run(["/mnt/hearth/bin/deno", "eval", connect], { user: "ada" });

    assert.match(stderr, /PermissionDenied/);
    assert.equal(await box.sh("stat -c %U:%a /run/t3-mint.socket"), "t3-dispatch:600\n");
  });

  await t.step("it is refused everything else", async () => {
    const act = (script: string) => ask("/do", script);

    assert.equal(await act("id -un"), "t3-dispatch");
    assert.match(await act("ls /home/ada"), /Permission denied/);
    assert.match(await act("touch /etc/x"), /Read-only/);
    assert.match(await act("touch /var/lib/x"), /Read-only/);
    assert.match(await act("cat /etc/shadow"), /Permission denied/);
    assert.match(await act(`sudo -n ${MINT} ada`), /^failed: /);
    assert.match(await act("unshare --user true"), /^failed: /);
    assert.equal(await act("ls -d /proc/1 2>/dev/null || echo hidden"), "hidden");
  });

  await t.step("it goes on while the socket is made anew", async () => {
    const { MainPID } = await box.unit("t3-dispatch.service");
    await box.sh("systemctl stop t3-mint.socket");
    assert.equal(await ask("/do", "echo here"), "here");

    await box.sh("systemctl start t3-mint.socket");

    assert.match(await ask("/pair", "ada"), /ada's/);
    assert.equal((await box.unit("t3-dispatch.service")).MainPID, MainPID);
  });

  await t.step("both come back after a reboot, and when it is killed", async () => {
    await box.reboot();
    assert.match(await ask("/pair", "ada"), /ada's/);

    await box.sh("systemctl kill --kill-whom=main --signal=KILL t3-dispatch.service");

    assert.match(await ask("/pair", "grace"), /grace's/);
  });
});

Deno.test("t3-autopair lets t3-dispatch run one command as root", async () => {
  await using box = await bootDispatch();
  await box.write(MINT, '#!/bin/sh\necho "$(id -un) mints: $*"\n', { mode: 0o755 });
  const sudo = (...words: readonly string[]) =>
    box.run(["sudo", "-n", ...words], { user: "t3-dispatch" });

  assert.equal((await sudo(MINT, "ada")).stdout, "root mints: ada\n");
  assert.equal((await sudo(MINT, "--", "ada")).stdout, "root mints: -- ada\n");
  for (
    const words of [
      [MINT],
      [MINT, ""],
      [MINT, "ada", "grace"],
      [MINT, "--help"],
      [MINT, "-x"],
      [MINT, "ada\ngrace"],
      [MINT, "ada grace"],
      [MINT, "Ada"],
      [MINT, "../ada"],
      [MINT, "$(id)"],
      [MINT, "a".repeat(33)],
      ["-u", "ada", MINT, "ada"],
      ["/bin/sh", "-c", "id"],
      ["/usr/bin/id"],
    ]
  ) {
    const { code, stdout } = await sudo(...words);
    assert.deepEqual([code, stdout], [1, ""], words.join(" "));
  }
  assert.notEqual((await box.run(["sudo", "-n", MINT, "ada"], { user: "ada" })).code, 0);
});
