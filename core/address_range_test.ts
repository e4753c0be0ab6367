import { strictEqual } from "node:assert/strict";
import { isAddress, isInRange, parseAddressRange } from "./address_range.ts";

for (
  const [address, range, wanted] of [
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.4", "10.1.2.3", false],
    ["1.2.3.4", "0.0.0.0/0", true],
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["fd00::1", "fd00::/8", true],
    ["fe80::1", "fd00::/8", false],
    ["::1", "::1", true],
    ["2001:db8::5", "2001:db8:0:0::/64", true],
    ["10.1.2.3", "::/0", false],
    ["name", "0.0.0.0/0", false],
  ] as const
) {
  Deno.test(`isInRange() is ${wanted} for ${address} in ${range}`, () => {
    const parsed = parseAddressRange(range);

    strictEqual(parsed !== undefined && isInRange(address, parsed), wanted);
  });
}

Deno.test("parseAddressRange() takes nothing else", () => {
  for (
    const text of ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/8/8", "name", "10.0.0.0/"]
  ) {
    strictEqual(parseAddressRange(text), undefined, text);
  }
});

Deno.test("isAddress() takes no spelling that only some parsers know", () => {
  for (
    const text of ["127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "1.2.3.4.5", "256.1.1.1"]
  ) {
    strictEqual(isAddress(text), false, text);
  }
});
