import assert from "node:assert/strict";
import fc from "fast-check";
import { Fault } from "../../core/fault.ts";
import { snapshotAddress } from "./snapshot_address.ts";

Deno.test.each([
  ["https://chrome.example.com/api/snapshot", "chrome.example.com:443"],
  ["http://chrome.example.com/api/snapshot", "chrome.example.com:80"],
  ["https://chrome.example.com:8443/api/snapshot?x=1", "chrome.example.com:8443"],
  ["http://127.0.0.1:8088/api/snapshot", "127.0.0.1:8088"],
  ["http://[::1]:8088/api/snapshot", "[::1]:8088"],
  ["https://CHROME.example.com:443/", "chrome.example.com:443"],
])("snapshotAddress() gives host and port when the URL is %s", (url, address) => {
  assert.equal(snapshotAddress(url), address);
});

Deno.test.each(["", "chrome.example.com", "file:///etc/passwd", "https://ada:pw@example.com/"])(
  'snapshotAddress() throws when the URL is "%s"',
  (url) => {
    assert.throws(
      () => snapshotAddress(url),
      (error) => error instanceof Fault && error.code === "config" && !error.message.includes("pw"),
    );
  },
);

Deno.test("snapshotAddress() never makes two list entries of one URL when it is any text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ validSchemes: ["http", "https"] }), fc.string()), (url) => {
      try {
        assert.match(snapshotAddress(url), /^[^,\s]+:\d+$/);
      } catch (error) {
        assert.ok(error instanceof Fault, `${error}`);
      }
    }),
  );
});
