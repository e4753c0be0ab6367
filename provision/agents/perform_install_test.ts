/**
 * The installer's script comes from a stand-in on this machine, since its site cannot be reached from
 * every machine that runs the tests; what it puts in place is the real program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { agentProgram } from "../../tests/support/agent_programs.ts";
import { type DiskHome, diskHome, NOBODY } from "../../tests/support/disk_home.ts";
import { processEnd } from "../../tests/support/process_end.ts";
import type { Outcome } from "../item.ts";
import { runTool } from "../real/run_tool.ts";
import { installStep } from "./install_step.ts";
import { claudeInstaller } from "./perform_install.ts";

const ignore = Deno.uid() !== 0;
const PROGRAM = ".local/bin/claude";

interface Site extends AsyncDisposable {
  readonly url: string;
  /** How often the script was asked for. */
  readonly count: () => number;
}

/** A site that answers with this. */
function startSite(answer: (request: Request) => Response | Promise<Response>): Site {
  let count = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    count++;
    return answer(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/install.sh`,
    count: () => count,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function siteOf(script: string): Site {
  return startSite(() => new Response(script));
}

/** Plans and performs; the outcome of the installation, `undefined` where there was none. */
async function install(
  home: DiskHome,
  { url }: Site,
  installer = claudeInstaller({ downloadSeconds: 2, installSeconds: 30 }),
): Promise<Outcome | undefined> {
  const said = await home.run(
    (context) => installStep(context, NOBODY, { url, isOffline: false }),
    (action) => {
      assert.ok(action.kind === "install_claude");
      return installer(action, { host: home.host, runTool });
    },
  );
  assert.equal(said.length, 1);
  return said[0]?.[0].state === "change" ? said[0][1] : undefined;
}

async function failure(home: DiskHome, site: Site): Promise<string> {
  const outcome = await install(home, site);
  assert.ok(outcome !== undefined && !outcome.isDone, "it was to fail");
  return outcome.error.replaceAll(site.url, "URL").replaceAll(home.path, "HOME");
}

Deno.test({
  name: "claudeInstaller() runs the script as the user, and the real program is there, once",
  ignore,
  async fn() {
    await using home = await diskHome();
    await using site = siteOf(`#!/bin/bash
set -euo pipefail
mkdir -p "$HOME/.local/bin" "$HOME/.local/share/claude/versions"
ln -s ${await agentProgram("claude")} "$HOME/.local/share/claude/versions/1"
ln -s "$HOME/.local/share/claude/versions/1" "$HOME/.local/bin/claude"
{ id -u; pwd; echo "$0 $# $HOME"; "$HOME/.local/bin/claude" --version; } >"$HOME/seen"
`);
    Deno.env.set("HEARTH_INSTALL", "leaked");
    try {
      assert.deepEqual(await install(home, site), { isDone: true });
    } finally {
      Deno.env.delete("HEARTH_INSTALL");
    }

    const seen = `65534\n${home.path}\nbash 0 ${home.path}\n`;
    assert.match(await home.read("seen"), new RegExp(`^${seen}2\\.1\\.\\d+ \\(Claude Code\\)\\n$`));
    assert.equal(await install(home, site), undefined);
    assert.equal(site.count(), 1);
  },
});

Deno.test({
  name: "claudeInstaller() gives the script nothing of our environment",
  ignore,
  async fn() {
    await using home = await diskHome();
    await using site = siteOf('#!/bin/bash\nenv >"$HOME/seen"\nid -G >>"$HOME/seen"\n');
    Deno.env.set("HEARTH_INSTALL", "leaked");
    try {
      await failure(home, site);
    } finally {
      Deno.env.delete("HEARTH_INSTALL");
    }

    const seen = await home.read("seen");
    assert.doesNotMatch(seen, /leaked/);
    assert.match(seen, /^65534$/m);
  },
});

Deno.test({
  name: "claudeInstaller() runs nothing but a whole script that was answered with 200",
  ignore,
  async fn() {
    const touch = 'touch "$HOME/ran"\n';
    const answers: [(request: Request) => Response, RegExp][] = [
      [() => new Response(`#!/bin/bash\n${touch}`, { status: 404 }), /URL cannot be had: .*404/],
      [
        () => new Response(`#!/bin/bash\n${touch}`, { status: 206 }),
        /URL answered 206, must answer 200/,
      ],
      [() => new Response(`<html>${touch}`), /URL is no script: it does not begin with "#!"/],
      [() => new Response(""), /URL is no script/],
      [() => new Response(`#!/bin/bash\n${touch}\0`), /URL is no text/],
      [() => new Response(`#!/bin/bash\n${touch}${"#\n".repeat(40_000)}`), /URL cannot be had: /],
      [
        // What nobody signed may not send us on.
        ({ url }) =>
          url.endsWith("/good")
            ? new Response(`#!/bin/bash\n${touch}`)
            : Response.redirect(new URL("/good", url)),
        /URL cannot be had: /,
      ],
    ];
    for (const [answer, why] of answers) {
      await using home = await diskHome();
      await using site = startSite(answer);

      const error = await failure(home, site);

      assert.match(error, /^Cannot install claude for nobody: /);
      assert.match(error, why);
      assert.equal(home.host.file(`${home.path}/ran`).kind, "absent", error);
    }
  },
});

Deno.test({
  name: "claudeInstaller() does not run the beginning of a script that was cut off",
  ignore,
  async fn() {
    await using home = await diskHome();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const served = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(4_096));
      const head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
      await connection.write(new TextEncoder().encode(`${head}#!/bin/bash\ntouch "$HOME/ran"\n`));
    })();
    const url = `http://127.0.0.1:${listener.addr.port}/install.sh`;

    const outcome = await claudeInstaller()(
      { kind: "install_claude", user: NOBODY, url },
      { host: home.host, runTool },
    );

    await served;
    assert.ok(!outcome.isDone);
    assert.match(outcome.error, /cannot be had: /);
    assert.equal(home.host.file(`${home.path}/ran`).kind, "absent");
  },
});

Deno.test({
  name: "claudeInstaller() refuses an endless script whose size is not told",
  ignore,
  async fn() {
    await using home = await diskHome();
    await using site = startSite(() => {
      const lines = new TextEncoder().encode(
        `#!/bin/bash\ntouch "$HOME/ran"\n${"#\n".repeat(999)}`,
      );
      return new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(lines),
        }),
      );
    });

    assert.match(await failure(home, site), /URL (cannot be had|is too large)/);
    assert.equal(home.host.file(`${home.path}/ran`).kind, "absent");
  },
});

Deno.test({
  name: "claudeInstaller() waits for a silent site once, not for every user",
  ignore,
  async fn() {
    await using home = await diskHome();
    const over = Promise.withResolvers<void>();
    await using site = startSite(() => over.promise.then(() => new Response("late")));
    const installer = claudeInstaller({ downloadSeconds: 1 });
    try {
      for (let user = 0; user < 3; user++) {
        const outcome = await install(home, site, installer);
        assert.ok(outcome !== undefined && !outcome.isDone);
      }

      assert.equal(site.count(), 1);
    } finally {
      over.resolve();
    }
  },
});

Deno.test({
  name: "claudeInstaller() says why an installer failed, and the next run begins again",
  ignore,
  async fn() {
    await using home = await diskHome();
    await using failing = siteOf("#!/bin/bash\necho 'no space left' >&2\nexit 9\n");
    assert.match(
      await failure(home, failing),
      /the installer failed: .* ended with 9: no space left$/,
    );

    // Cut short when the link was made and what it leads to was not.
    await using half = siteOf(
      '#!/bin/bash\nmkdir -p "$HOME/.local/bin"\nln -s ../gone "$HOME/.local/bin/claude"\n',
    );
    assert.match(
      await failure(home, half),
      /ended well, and there is no program HOME\/\.local\/bin/,
    );

    await using well = siteOf(
      `#!/bin/bash\nln -sf ${await agentProgram("claude")} "$HOME/${PROGRAM}"\n`,
    );
    assert.deepEqual(await install(home, well), { isDone: true });
    assert.equal(await install(home, well), undefined);
  },
});

Deno.test({
  name: "claudeInstaller() ends an installer that does not end, its children too",
  ignore,
  async fn() {
    await using home = await diskHome();
    await using site = siteOf('#!/bin/bash\nsleep 600 & echo $! >"$HOME/child"\nwait\n');
    const installer = claudeInstaller({ installSeconds: 6 });

    const outcome = await install(home, site, installer);

    assert.ok(outcome !== undefined && !outcome.isDone);
    assert.match(outcome.error, /did not end within 6 s$/);
    await processEnd(Number(await home.read("child")));
  },
});
