import assert from "node:assert/strict";
import { imageBuilds } from "./image_builds.ts";

Deno.test("imageBuilds() builds hearth first and chrome from it", () => {
  const builds = imageBuilds({ prefix: "registry.example.com/hearth/", tag: "1.2.3" });

  assert.deepEqual(builds.map(({ name }) => name), [
    "registry.example.com/hearth/hearth:1.2.3",
    "registry.example.com/hearth/hearth-chrome:1.2.3",
  ]);
  assert.deepEqual(builds[1]?.args, [
    "build",
    "--build-arg",
    "HEARTH=registry.example.com/hearth/hearth:1.2.3",
    "--tag",
    "registry.example.com/hearth/hearth-chrome:1.2.3",
    "--file",
    "k8s/images/chrome/Containerfile",
    ".",
  ]);
});

Deno.test("imageBuilds() hands base, Deno, fonts, certificates and network to the builds they are for", () => {
  const builds = imageBuilds({
    prefix: "localhost/",
    tag: "t",
    base: "localhost/debian:x",
    deno: "localhost/deno:x",
    fonts: "fonts-liberation",
    ca: "/etc/ssl/certs/ca-certificates.crt",
    network: "host",
  });

  const [hearth, chrome] = builds.map(({ args }) => args.join(" "));
  for (const line of [hearth, chrome]) {
    assert.match(line ?? "", / BASE=localhost\/debian:x /);
    assert.match(line ?? "", / --secret id=ca,src=\/etc\/ssl\/certs\/ca-certificates\.crt /);
    assert.match(line ?? "", / --network=host /);
  }
  assert.match(hearth ?? "", / DENO=localhost\/deno:x /);
  assert.doesNotMatch(hearth ?? "", /FONTS/);
  assert.match(chrome ?? "", / FONTS=fonts-liberation /);
  assert.doesNotMatch(chrome ?? "", / DENO=/);
});
