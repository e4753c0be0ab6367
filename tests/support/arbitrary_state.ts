/**
 * Random storage states for property tests.
 *
 * @module
 */
import fc from "fast-check";
import type { StorageState } from "../../snapshot/storage_state.ts";

/** Any text a page can store, with lone surrogates and NUL. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});

/** Storage states with distinct cookies, origins and items. */
export function storageStates(): fc.Arbitrary<StorageState> {
  const cookie = fc.record({
    name: fc.stringMatching(/^[a-z]{1,6}$/),
    value: fc.stringMatching(/^[ -:<-~]{0,20}$/),
    domain: fc.tuple(fc.constantFrom("", "."), fc.domain()).map((parts) => parts.join("")),
    path: fc.constantFrom("/", "/a", "/a/b"),
    expires: fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 4_000_000_000 })),
    httpOnly: fc.boolean(),
    secure: fc.boolean(),
    sameSite: fc.constantFrom("Strict" as const, "Lax" as const, "None" as const),
  });
  const origin = fc.record({
    origin: fc.domain().map((host) => `https://${host}`),
    localStorage: fc.uniqueArray(fc.record({ name: anyText, value: anyText }), {
      selector: (item) => item.name,
      maxLength: 5,
    }),
  });
  return fc.record({
    cookies: fc.uniqueArray(cookie, {
      selector: (one) => `${one.name} ${one.domain} ${one.path}`,
      maxLength: 8,
    }),
    origins: fc.uniqueArray(origin, { selector: (one) => one.origin, maxLength: 4 }),
  });
}
