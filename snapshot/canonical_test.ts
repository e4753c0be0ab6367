import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalBytes } from "./canonical.ts";
import { parseStorageState, type StorageState } from "./storage_state.ts";
import { storageStates } from "../tests/support/arbitrary_state.ts";

const text = (state: StorageState) => new TextDecoder().decode(canonicalBytes(state));

Deno.test("canonicalBytes() does not depend on any order", () => {
  fc.assert(fc.property(storageStates(), fc.infiniteStream(fc.nat()), (state, random) => {
    const shuffle = <T>(items: readonly T[]): T[] =>
      items.map((item) => [random.next().value ?? 0, item] as const)
        .sort(([a], [b]) => a - b).map(([, item]) => item);
    const shuffled = {
      cookies: shuffle(state.cookies),
      origins: shuffle(state.origins).map((origin) => ({
        ...origin,
        localStorage: shuffle(origin.localStorage),
      })),
    };

    assert.equal(text(shuffled), text(state));
  }));
});

Deno.test("canonicalBytes() loses nothing, not even lone surrogates and NUL", () => {
  fc.assert(fc.property(storageStates(), (state) => {
    const back = parseStorageState(text(state));

    assert.equal(text(back), text(state));
    const items = (one: StorageState) =>
      one.origins.flatMap((origin) =>
        origin.localStorage.map((item) => `${origin.origin} ${item.name} ${item.value}`)
      ).sort();
    assert.deepEqual(items(back), items(state));
    assert.equal(back.cookies.length, state.cookies.length);
  }));
});
