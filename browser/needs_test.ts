import assert from "node:assert/strict";
import { missingProgramsFault, neededPrograms } from "./needs.ts";

Deno.test("missingProgramsFault() is silent when everything is there", () => {
  const needs = neededPrograms("virtual", "/usr/bin/chromium");

  assert.equal(missingProgramsFault(needs, new Set(needs.map(({ path }) => path))), undefined);
});

Deno.test("missingProgramsFault() names every program and one command for all", () => {
  const needs = neededPrograms("virtual", "/usr/bin/chromium");

  const fault = missingProgramsFault(needs, new Set(["/usr/bin/Xvfb", "/usr/bin/websockify"]));

  assert.equal(
    fault?.message,
    'Cannot start the browser: missing "/usr/bin/chromium", "/usr/bin/x11vnc", ' +
      '"/usr/share/novnc/vnc.html", ' +
      'install with "apt-get install -y --no-install-recommends chromium x11vnc novnc"',
  );
});

Deno.test("neededPrograms() asks for no screen where there is none", () => {
  for (const mode of ["display", "headless"] as const) {
    const paths = neededPrograms(mode, "/opt/chrome").map(({ path }) => path);

    assert.deepEqual(paths, ["/opt/chrome"]);
  }
});
