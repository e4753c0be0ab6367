import assert from "node:assert/strict";
import { installStep } from "./install_step.ts";
import { type Laid, memoryHome } from "./memory_home.ts";

const URL = "https://claude.example.com/install.sh";
const PATH = ".local/bin/claude";

function plan(laid: Readonly<Record<string, Laid>>, isOffline = false) {
  const said = memoryHome(laid).run((context) =>
    installStep(context, "ada", { url: URL, isOffline })
  );
  assert.equal(said.length, 1);
  return said[0];
}

Deno.test("installStep() installs Claude where there is none, or a link to nowhere", () => {
  for (const laid of [{}, { [PATH]: { link: "/home/ada/gone" } }, { [PATH]: "half" }]) {
    const item = plan(laid);

    assert.ok(item?.state === "change");
    assert.deepEqual(item.action, { kind: "install_claude", user: "ada", url: URL });
    assert.equal(item.retry, `runuser -l ada -c 'curl -fsSL ${URL} | bash'`);
  }
});

Deno.test("installStep() leaves a Claude that is there", () => {
  const program = { text: "ELF", mode: 0o755 };
  assert.equal(plan({ [PATH]: program })?.state, "ok");
  assert.equal(
    plan({
      [PATH]: { link: "/home/ada/.local/share/claude/versions/2.1.0" },
      ".local/share/claude/versions/2.1.0": program,
    })?.state,
    "ok",
  );
});

Deno.test("installStep() says what installs Claude when the run has no network", () => {
  const item = plan({}, true);

  assert.ok(item?.state === "skipped");
  assert.match(item.summary, /no network; hearth-provision apply --user ada installs it$/);
  assert.equal(plan({ [PATH]: { text: "ELF", mode: 0o755 } }, true)?.state, "ok");
});

Deno.test("installStep() warns of a directory in its place", () => {
  const item = plan({ [PATH]: { directoryOf: 1001 } });

  assert.ok(item?.state === "problem" && item.severity === "warning");
});
