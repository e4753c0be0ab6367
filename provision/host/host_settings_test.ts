/**
 * @module
 */
import assert from "node:assert/strict";
import { readStrictYaml } from "../../core/strict_yaml.ts";
import { checkShape } from "../../core/yaml_shape.ts";
import { HOST_SETTINGS } from "./host_settings.ts";

function parse(text: string) {
  const yaml = readStrictYaml(text);
  return checkShape(yaml, ["host"], yaml.value ?? {}, HOST_SETTINGS);
}

Deno.test("HOST_SETTINGS has a default for everything when nothing is said", () => {
  const result = parse("{}");

  assert.ok(result.isValid);
  assert.deepEqual(result.value.packages, []);
  assert.equal(result.value.sudoers, "install");
  assert.equal(result.value.kubelogin?.version, "1.36.4");
});

Deno.test("HOST_SETTINGS leaves kubelogin out when it is null", () => {
  const result = parse("kubelogin: null");

  assert.ok(result.isValid);
  assert.equal(result.value.kubelogin, null);
});

Deno.test.each([
  ["a package begins with a dash", "packages: [-y]", /must be a Debian package's name/],
  ["a tree is relative", "private_trees: [srv/code]", /must be an absolute path/],
  ["a tree climbs", "private_trees: [/srv/../etc]", /must be an absolute path/],
  ["a tree is the root", "private_trees: [/]", /must be an absolute path/],
  ["a mode is unknown", "sudoers: maybe", /must be "install" or "print"/],
  ["a digest is short", "kubelogin: {sha256: {amd64: abc, arm64: abc}}", /must be a SHA-256/],
  ["a mirror is plain HTTP", "kubelogin: {url: 'http://example.com'}", /must be an https: URL/],
  ["a key is unknown", "package: []", /did you mean "packages"/],
])("HOST_SETTINGS refuses when %s", (_, text, why) => {
  const result = parse(text);

  assert.ok(!result.isValid);
  assert.match(result.faults.map(({ message }) => message).join("; "), why);
});
