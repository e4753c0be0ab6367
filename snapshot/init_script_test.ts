import assert from "node:assert/strict";
import fc from "fast-check";
import { storageStates } from "../tests/support/arbitrary_state.ts";
import { initScript } from "./init_script.ts";
import type { StateItems, StateOrigin } from "./storage_state.ts";

/** A Storage as far as the script uses it. */
function fakeStorage(items: Record<string, string> = {}) {
  const map = new Map(Object.entries(items));
  return {
    map,
    get length() {
      return map.size;
    },
    setItem: (name: string, value: string) => void map.set(name, value),
  };
}

/** Runs the script as a page of an origin would. */
function run(script: string, origin: string, options: {
  around?: string;
  session?: Record<string, string>;
} = {}) {
  const sessionStorage = fakeStorage(options.session);
  const localStorage = fakeStorage();
  const location = { origin, ancestorOrigins: options.around ? [options.around] : [] };
  const page: Record<string, unknown> = { location, sessionStorage, localStorage, URL, Object };
  page.top = options.around ? {} : page;
  new Function("globalThis", "sessionStorage", "localStorage", script)(
    page,
    sessionStorage,
    localStorage,
  );
  return {
    session: Object.fromEntries(sessionStorage.map),
    local: Object.fromEntries(localStorage.map),
  };
}

const items = (text: string): StateItems => [{ name: "k", value: text }];
const origin = (over: Partial<StateOrigin>): StateOrigin => ({
  origin: "https://a.example",
  localStorage: [],
  ...over,
});

Deno.test("initScript() fills sessionStorage of its own origin, top level and empty only", () => {
  const script = initScript({ cookies: [], origins: [origin({ sessionStorage: items("s") })] });

  assert.deepEqual(run(script, "https://a.example").session, { k: "s" });
  for (const other of ["https://b.example", "http://a.example", "https://a.example:8443", "null"]) {
    assert.deepEqual(run(script, other).session, {}, other);
  }
  assert.deepEqual(run(script, "https://a.example", { session: { k: "own" } }).session, {
    k: "own",
  });
  assert.deepEqual(run(script, "https://a.example", { around: "https://b.example" }).session, {});
});

Deno.test("initScript() fills localStorage of frames in pages of the right site only", () => {
  const partitions = [{ topLevelSite: "https://top.example", localStorage: items("p") }];
  const script = initScript({ cookies: [], origins: [origin({ partitions })] });
  const inside = (around: string) => run(script, "https://a.example", { around }).local;

  assert.deepEqual(inside("https://top.example"), { k: "p" });
  assert.deepEqual(inside("https://www.top.example:8443"), { k: "p" });
  for (
    const around of ["https://nottop.example", "http://top.example", "https://top.example.evil"]
  ) {
    assert.deepEqual(inside(around), {}, around);
  }
  assert.deepEqual(run(script, "https://a.example").local, {});
});

Deno.test("initScript() is a script for any state, and gives back exactly what went in", () => {
  fc.assert(fc.property(storageStates(), (state) => {
    const origins = state.origins.map((one) => ({ ...one, sessionStorage: one.localStorage }));
    const script = initScript({ ...state, origins });

    for (const one of origins) {
      const wanted = Object.fromEntries(one.localStorage.map(({ name, value }) => [name, value]));
      assert.deepEqual(run(script, one.origin).session, wanted);
    }
  }));
});
