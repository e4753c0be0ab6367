/**
 * The snapshot's API as a function: no socket, a clock that is held still, and files in a directory.
 *
 * @module
 */
import { createHealth } from "../../core/health.ts";
import { createAccessStore } from "../../snapshot/access/access_store.ts";
import { createInventory } from "../../snapshot/inventory/inventory.ts";
import { createAccessGate } from "../../snapshot/server/access_gate.ts";
import { createSnapshotApi } from "../../snapshot/server/snapshot_api.ts";
import { createSnapshotBodies } from "../../snapshot/server/snapshot_bodies.ts";
import { createSnapshotStore, type SnapshotStore } from "../../snapshot/server/snapshot_store.ts";
import { createTokenGate } from "../../snapshot/server/token_gate.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { accessText, recordLog, type TestDirectory, type TestSubject } from "./snapshot_fixture.ts";

/** What shows the one token of the API. */
export const BEARER: Readonly<Record<string, string>> = { authorization: "Bearer s3cret" };

/** Two subjects with a site each. */
export const SUBJECTS: Readonly<Record<string, TestSubject>> = {
  alice: { tokens: ["a"], sites: ["example.com"] },
  bob: { tokens: ["b"], sites: ["example.org"] },
};

/** What shows the token of alice. */
export const ALICE: Readonly<Record<string, string>> = { authorization: "Bearer a" };

/** What shows the token of bob. */
export const BOB: Readonly<Record<string, string>> = { authorization: "Bearer b" };

/** The names of the cookies in an answer. */
export function cookieNames(text: string): readonly string[] {
  return JSON.parse(text).cookies.map(({ name }: { name: string }) => name);
}

/** How to set it up. */
export interface SnapshotApiFixtureOptions {
  /** Whether there is the one token. @default {true} */
  hasToken?: boolean;
  /** Who else may read. */
  subjects?: Readonly<Record<string, TestSubject>>;
}

/** An answer that was read. */
export interface ApiAnswer {
  /** Its status. */
  readonly status: number;
  /** Its header fields. */
  readonly headers: Headers;
  /** Its body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its body as text. */
  readonly text: string;
}

/** The API and what it stands on. */
export interface SnapshotApiFixture {
  /** Time. */
  readonly clock: FakeClock;
  /** The snapshot. */
  readonly store: SnapshotStore;
  /** The API itself. */
  readonly api: ReturnType<typeof createSnapshotApi>;
  /** Path and status of each answer. */
  readonly answers: readonly string[];
  /** Asks it, and reads the answer. */
  ask(path: string, init?: RequestInit): Promise<ApiAnswer>;
  /** Puts a snapshot there, and has it seen. */
  publish(text: string): Promise<void>;
  /** Puts an access file there, and has it seen. */
  putSubjects(next: Readonly<Record<string, TestSubject>>): Promise<void>;
}

/** Sets it up. */
export async function snapshotApi(
  directory: TestDirectory,
  options: SnapshotApiFixtureOptions = {},
): Promise<SnapshotApiFixture> {
  const { hasToken = true, subjects } = options;
  const clock = createFakeClock(Date.parse("2026-01-01T00:00:00Z"));
  const health = createHealth();
  const { log } = recordLog();
  const path = `${directory.path}/s.json`;
  const bodies = createSnapshotBodies();
  const inventory = createInventory({ path, clock, log });
  const store = createSnapshotStore({ path, health, log, clock });
  const file = hasToken ? await directory.put("token", "s3cret\n") : undefined;
  const tokenGate = await createTokenGate({ file, clock, health, log });
  const access = createAccessStore({
    path: `${directory.path}/access.yaml`,
    health: createHealth(),
    log,
    onChange() {
      bodies.clear();
      store.wake();
    },
  });
  async function putSubjects(next: Readonly<Record<string, TestSubject>>) {
    await directory.put("access.yaml", accessText(next));
    await access.reload();
  }
  if (subjects !== undefined) await putSubjects(subjects);
  const gate = createAccessGate({ tokenGate, access, clock });
  const answers: string[] = [];
  const api = createSnapshotApi({
    store,
    bodies,
    gate,
    inventory,
    health,
    clock,
    onAnswer: (path, status) => answers.push(`${path} ${status}`),
  });
  async function ask(path: string, init: RequestInit = {}) {
    const response = await api(new Request(`http://pod:8088${path}`, init));
    const bytes = await response.bytes();
    const text = new TextDecoder().decode(bytes);
    return { status: response.status, headers: response.headers, bytes, text };
  }
  async function publish(text: string) {
    await directory.put("s.json", text);
    await store.reload();
  }
  return { clock, store, ask, api, publish, putSubjects, answers };
}
