import assert from "node:assert/strict";
import type { Item } from "../item.ts";
import { legacyStep } from "./legacy_step.ts";
import { ADA_UID, type Laid, type MemoryFacts, memoryHome } from "./memory_home.ts";

const UNITS = ".config/systemd/user";
const SERVER = `${UNITS}/playwright-mcp.service`;
const SERVER_TEXT = "[Service]\nExecStart=npx @playwright/mcp --port 8931\nRestart=always\n";
const BUSY = { 8931: { uid: ADA_UID, connections: 2 } };
const MANAGER = { pid: 7, command: "node", unit: `user@${ADA_UID}.service` };
const OURS = { pid: 8, command: "node", unit: "playwright-mcp@ada.service" };

function plan(laid: Readonly<Record<string, Laid>>, facts?: MemoryFacts): readonly Item[] {
  return memoryHome(laid, facts).run((context) => legacyStep(context, "ada"));
}

function retired(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) =>
    item.state === "change" && item.action.kind === "retire_legacy" ? item.action.units : []
  );
}

Deno.test("legacyStep() says nothing where there is nothing of before", () => {
  assert.deepEqual(plan({}), []);
  assert.deepEqual(
    plan({
      [`${UNITS}/other.service`]: SERVER_TEXT,
      [`${UNITS}/playwright-mcp.service.superseded-by-system-unit`]: SERVER_TEXT,
      [`${UNITS}/playwright-mcp.service.d/port.conf`]: "[Service]",
      [`${UNITS}/playwright-notes.txt`]: "",
      [`${UNITS}/playwright-masked.service`]: { link: "/dev/null" },
    }),
    [],
  );
});

Deno.test("legacyStep() retires a server that nobody is connected to, once", () => {
  const laid = {
    [SERVER]: SERVER_TEXT,
    [`${UNITS}/playwright-snapshot-refresh.timer`]: "[Timer]",
    [`${UNITS}/playwright-snapshot-refresh.service`]: "[Service]\nType=oneshot",
  };
  const home = memoryHome(laid, {
    listeners: { 8931: { uid: ADA_UID, connections: 0 } },
    holders: { 8931: MANAGER },
  });

  const items = home.run((context) => legacyStep(context, "ada"));

  assert.equal(items.length, 1);
  assert.deepEqual(items[0]?.state === "change" && items[0].action, {
    kind: "retire_legacy",
    user: "ada",
    units: [
      "playwright-mcp.service",
      "playwright-snapshot-refresh.service",
      "playwright-snapshot-refresh.timer",
    ],
    ports: [8931],
  });
  // The plan goes on with the port free for the system's unit.
  assert.equal(home.host.listener(8931), undefined);
  assert.deepEqual(home.run((context) => legacyStep(context, "ada")), []);
});

Deno.test("legacyStep() foresees no port free that a stranger holds", () => {
  const items = plan({ [SERVER]: SERVER_TEXT }, {
    listeners: { 8931: { uid: 0, connections: 0 } },
    holders: { 8931: { pid: 9, command: "x", unit: "x.service" } },
  });

  assert.deepEqual(retired(items), ["playwright-mcp.service"]);
  assert.match(JSON.stringify(items), /"ports":\[\]/);
});

Deno.test("legacyStep() leaves a server with connections, and still retires the rest", () => {
  const items = plan(
    { [SERVER]: SERVER_TEXT, [`${UNITS}/playwright-snapshot-refresh.timer`]: "[Timer]" },
    { listeners: BUSY, holders: { 8931: MANAGER } },
  );

  assert.deepEqual(items.map(({ state }) => state), ["skipped", "change"]);
  assert.match(JSON.stringify(items[0]), /on port 8931 has established connections \(2\)/);
  assert.deepEqual(retired(items), ["playwright-snapshot-refresh.timer"]);
});

Deno.test("legacyStep() takes whoever holds the port for the server, as long as it may be", () => {
  for (const holders of [{}, { 8931: { pid: 9, command: "x", unit: undefined } }]) {
    assert.deepEqual(retired(plan({ [SERVER]: SERVER_TEXT }, { listeners: BUSY, holders })), []);
  }
});

Deno.test("legacyStep() retires a server that fights for the port of ours, which is busy", () => {
  const items = plan({ [SERVER]: SERVER_TEXT }, { listeners: BUSY, holders: { 8931: OURS } });

  assert.deepEqual(retired(items), ["playwright-mcp.service"]);
  // Ours stays where it is.
  assert.match(JSON.stringify(items), /"ports":\[\]/);
});

Deno.test("legacyStep() asks for every port that the unit may listen on", () => {
  const laid = {
    [SERVER]: SERVER_TEXT,
    [`${SERVER}.d/port.conf`]: "[Service]\nEnvironment=PORT=8940",
  };

  assert.deepEqual(retired(plan(laid)), ["playwright-mcp.service"]);
  assert.deepEqual(
    retired(plan(laid, { listeners: { 8940: { uid: ADA_UID, connections: 1 } } })),
    [],
  );
});

Deno.test("legacyStep() lets nobody delay the others with a thousand units", () => {
  const laid = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, at) => [`${UNITS}/playwright-${at}.timer`, "[Timer]"]),
  );

  assert.equal(retired(plan(laid)).length, 50);
  const dropIns = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`${SERVER}.d/${at}.conf`, "[Service]"]),
  );
  assert.deepEqual(retired(plan({ ...dropIns, [SERVER]: SERVER_TEXT })), []);
});

Deno.test("legacyStep() warns of a server whose port it cannot tell", () => {
  const unreadable: Laid[] = [
    "[Service]\nExecStart=npx @playwright/mcp",
    { text: SERVER_TEXT, uid: 0 },
    { link: "/srv/unit" },
    ["fifo"],
    Uint8Array.of(0xff),
  ];
  for (const laid of unreadable) {
    const [item, ...more] = plan({ [SERVER]: laid });

    assert.deepEqual(more, []);
    assert.ok(item?.state === "problem" && item.severity === "warning");
    assert.match(item.summary, /does not tell which port/);
    assert.match(item.fix ?? "", /^runuser -l ada -c 'XDG_RUNTIME_DIR=/);
  }
});
