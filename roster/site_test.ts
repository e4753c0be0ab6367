/**
 * @module
 */
import assert from "node:assert/strict";
import { siteFault } from "./site.ts";

Deno.test("siteFault() accepts hosts and domains in the browser's spelling", () => {
  const sites = "example.com a.b.example.co.uk someone.github.io localhost 192.0.2.1 " +
    "xn--bcher-kva.example printer.lan";
  for (const site of sites.split(" ")) assert.equal(siteFault(site), undefined, site);
});

Deno.test.each([
  ["co.uk", /not a suffix/],
  ["com", /not a suffix/],
  ["github.io", /not a suffix/],
  ["EXAMPLE.com", /must be written "example\.com"/],
  ["bücher.example", /must be written "xn--bcher-kva\.example"/],
  ["0x7f.1", /must be written "127\.0\.0\.1"/],
  ["https://example.com", /without scheme/],
  ["example.com/", /without scheme/],
  ["user@example.com", /without scheme/],
  ["example.com:443", /without scheme/],
  ["*.example.com", /without scheme/],
  [".example.com", /without scheme/],
  ["example.com.", /without scheme/],
  ["a..b", /without scheme/],
  ["", /without scheme/],
  ["a b", /without scheme/],
])("siteFault() refuses %j", (site, why) => {
  assert.match(siteFault(site) ?? "", why);
});
