/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { archiveName, digestIn, parseReleases } from "./releases_source.ts";

const VERSION = "0.1.11-nightly.20261117.4825";

function listed(tag: string, assets: readonly string[], more: Record<string, unknown> = {}) {
  return {
    tag_name: tag,
    published_at: "2026-11-17T04:00:00Z",
    assets: assets.map((name) => ({ name, browser_download_url: `https://example.com/${name}` })),
    ...more,
  };
}

const WHOLE = [archiveName(VERSION), "SHA256SUMS", "T3-Code.AppImage"];

Deno.test("parseReleases() lists what has an archive and its digest", () => {
  const json = JSON.stringify([
    listed(`v${VERSION}`, WHOLE),
    listed(`v${VERSION}`, WHOLE, { draft: true }),
    listed(`v${VERSION}`, WHOLE.slice(0, 1)),
    listed(`v${VERSION}`, WHOLE.slice(1)),
    listed("relay-2026-11", WHOLE),
  ]);

  assert.deepEqual(parseReleases(json), [{
    version: VERSION,
    publishedMs: Date.parse("2026-11-17T04:00:00Z"),
    archive: `https://example.com/${archiveName(VERSION)}`,
    sums: "https://example.com/SHA256SUMS",
  }]);
});

Deno.test("parseReleases() takes any text", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const releases = parseReleases(text);
    assert.ok(releases === undefined || Array.isArray(releases));
  }));
});

Deno.test("digestIn() finds a file's digest among others", () => {
  const hex = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const name = fc.stringMatching(/^[\w][\w. -]{0,30}[\w]$/);
  fc.assert(fc.property(
    fc.uniqueArray(fc.tuple(name, hex), { minLength: 1, maxLength: 6, selector: ([one]) => one }),
    fc.constantFrom("  ", " *"),
    fc.constantFrom("\n", "\r\n"),
    (entries, gap, end) => {
      const text = entries.map(([one, bytes]) => `${bytes.toHex()}${gap}${one}`).join(end);
      for (const [one, bytes] of entries) {
        assert.equal(digestIn(text, one), `sha256-${bytes.toBase64()}`);
      }
      assert.equal(digestIn(text, "nobody's"), undefined);
    },
  ));
});

Deno.test("digestIn() believes no file that contradicts itself", () => {
  const text = `${"a".repeat(64)}  t3\n${"b".repeat(64)}  t3\n`;

  assert.equal(digestIn(text, "t3"), undefined);
  assert.equal(digestIn("not a digest  t3\n", "t3"), undefined);
});
