import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ClientGuard, type ClientGuardOptions, HOLD_BYTES } from "./client_guard.ts";
import {
  clientText,
  concat,
  cut,
  decodeFrames,
  encodeFrame,
  fragmented,
} from "../core/frame_fixture.ts";
import { parseRefusedMethod } from "./method_rules.ts";
import { plainMessagesFor } from "./plain_messages.ts";
import { TargetLedger } from "./target_ledger.ts";
import type { TunnelClose } from "../core/tunnel.ts";

interface Outcome {
  forwarded: Uint8Array;
  replies: unknown[];
  hits: string[];
  close: TunnelClose | undefined;
}

function feed(pieces: readonly Uint8Array[], options: Partial<ClientGuardOptions> = {}): Outcome {
  const hits: string[] = [];
  const guard = new ClientGuard({
    refused: [],
    plain: plainMessagesFor(options.refused ?? []),
    ledger: new TargetLedger(),
    onHit: (method) => hits.push(method),
    ...options,
  });
  const forwarded: Uint8Array[] = [];
  const replies: unknown[] = [];
  let close: TunnelClose | undefined;
  for (const piece of pieces) {
    const filtered = guard.push(piece);
    forwarded.push(...filtered.forward.map((bytes) => bytes.slice()));
    for (const reply of filtered.replies) {
      replies.push(JSON.parse(new TextDecoder().decode(decodeFrames(reply)[0]?.payload)));
    }
    close ??= filtered.close;
  }
  return { forwarded: concat(forwarded), replies, hits, close };
}

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 });

/** The same call, spelled in every way that Chromium 156 was seen to accept. */
const SPELLINGS = [
  '{"id":7,"method":"Browser.close"}',
  '{"id":7,"method":"Browser\\u002eclose"}',
  '{"id":7,"m\\u0065thod":"Browser.close"}',
  '{"id":7,\f\v"method":"Browser.close"}',
  ' \n\t{ "id" : 7 , "method" : "Browser.close" } ',
  '{"params":{"method":"Browser.getVersion","x":["}",{"id":9}]},"method":"Browser.close","id":7}',
  '{"id":7,"method":"Browser.crash"}',
  '{"id":7,"method":"Browser.crashGpuProcess","params":{}}',
];

Deno.test("ClientGuard.push() passes harmless messages byte for byte, however they are cut", () => {
  const text = fc.json({ maxDepth: 3 }).map((params) =>
    `{"id":1,"method":"Runtime.evaluate","params":{"x":"Browser.close","y":${params}}}`
  );
  fc.assert(
    fc.property(fc.array(text.chain(fragmented), { maxLength: 4 }), sizes, (messages, cuts) => {
      const bytes = concat(messages.flat().map(encodeFrame));

      const { forwarded, replies, hits, close } = feed(cut(bytes, cuts));

      // A control frame may overtake the parts that are still held; nothing else moves.
      const isControl = (frame: { opcode: number }) => frame.opcode >= 8;
      const wanted = decodeFrames(bytes);
      const got = decodeFrames(forwarded);
      deepStrictEqual(got.filter(isControl), wanted.filter(isControl));
      deepStrictEqual(
        got.filter((frame) => !isControl(frame)),
        wanted.filter((frame) => !isControl(frame)),
      );
      deepStrictEqual([replies, hits, close], [[], [], undefined]);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("ClientGuard.push() passes whole messages as the same bytes, uncopied", () => {
  const guard = new ClientGuard({
    refused: [],
    plain: plainMessagesFor([]),
    ledger: new TargetLedger(),
    onHit: () => {},
  });
  const piece = concat([clientText('{"id":1,"method":"A.b"}'), clientText('{"id":2}')]);

  const { forward } = guard.push(piece);

  strictEqual(forward.length, 1);
  strictEqual(forward[0]?.buffer, piece.buffer);
  strictEqual(forward[0]?.length, piece.length);
});

Deno.test("ClientGuard.push() keeps every spelling of an ending call back, however it is cut", () => {
  const hostile = fc.constantFrom(...SPELLINGS).chain(fragmented);
  fc.assert(
    fc.property(hostile, sizes, (frames, cuts) => {
      const before = clientText('{"id":1,"method":"A.b"}');
      const bytes = concat([before, ...frames.map(encodeFrame), clientText('{"id":8}')]);

      const { forwarded, replies, close } = feed(cut(bytes, cuts));

      const passed = decodeFrames(forwarded).filter((frame) => frame.opcode < 8);
      deepStrictEqual(passed, decodeFrames(before));
      deepStrictEqual(replies, [{ id: 7, result: {} }]);
      strictEqual(close?.code, 1000);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("ClientGuard.push() never lets the end of a long ending call through", () => {
  const filler = "x".repeat(2 * HOLD_BYTES);
  const bytes = clientText(`{"id":7,"params":{"x":"${filler}"},"method":"Browser.close"}`);

  const { forwarded, close } = feed(cut(bytes, [16_384]));

  ok(forwarded.length > 0 && forwarded.length < bytes.length);
  strictEqual(close?.end, "guard");
});

Deno.test("ClientGuard.push() streams a long harmless message without holding it", () => {
  const bytes = clientText(`{"id":7,"method":"A.b","params":"${"x".repeat(3 * HOLD_BYTES)}"}`);

  const { forwarded, close } = feed(cut(bytes, [65_536]));

  deepStrictEqual(forwarded, bytes);
  strictEqual(close, undefined);
});

Deno.test("ClientGuard.push() answers for the session that asked", () => {
  const { replies } = feed([clientText('{"id":3,"sessionId":"S1","method":"Browser.close"}')]);

  deepStrictEqual(replies, [{ id: 3, sessionId: "S1", result: {} }]);
});

Deno.test("ClientGuard.push() reads messages inside messages", () => {
  const inner = JSON.stringify({ id: 1, method: "Browser.close" });
  const middle = { id: 2, method: "Target.sendMessageToTarget", params: { message: inner } };
  const outer = {
    id: 3,
    method: "Target.sendMessageToTarget",
    params: { message: JSON.stringify(middle) },
  };

  const { hits, close } = feed([clientText(JSON.stringify(outer))]);

  deepStrictEqual(hits, ["Browser.close"]);
  strictEqual(close?.end, "guard");
});

Deno.test("ClientGuard.push() passes a harmless message inside a message", () => {
  const message = '{"id":1,"method":"Runtime.enable"}';
  const bytes = clientText(
    JSON.stringify({ id: 2, method: "Target.sendMessageToTarget", params: { message } }),
  );

  deepStrictEqual(feed(cut(bytes, [5])).forwarded, bytes);
});

for (
  const [text, isRefused] of [
    ['{"id":1,"method":"Storage.clearCookies"}', true],
    ['{"id":1,"method":"Storage.clearCookies","params":{"browserContextId":"C"}}', false],
    ['{"id":1,"method":"Network.clearBrowserCookies"}', true],
    ['{"id":1,"method":"Target.exposeDevToolsProtocol","params":{"targetId":"T"}}', true],
    ['{"id":1,"method":"Page.navigate","params":{"url":"chrome://version"}}', false],
    [
      '{"id":1,"method":"Page.navigate","params":{"transitionType":"address_bar",' +
      '"url":" CHROME://inducebrowsercrashforrealz"}}',
      true,
    ],
    [
      '{"id":1,"method":"Page.navigate","params":{"transitionType":"address_bar",' +
      '"url":"https://example.com"}}',
      false,
    ],
  ] as const
) {
  Deno.test(`ClientGuard.push() ${isRefused ? "refuses" : "passes"} ${text}`, () => {
    const refused = ["Storage.clearCookies:default", "Network.clearBrowserCookies"]
      .map(parseRefusedMethod);

    const { forwarded, replies, close } = feed([clientText(text)], { refused });

    strictEqual(forwarded.length === 0, isRefused);
    strictEqual(replies.length, isRefused ? 1 : 0);
    strictEqual(close, undefined);
    if (isRefused) ok(/^Refused \w/.test((replies[0] as Refusal).error.message));
  });
}

Deno.test("ClientGuard.push() lets a client close the targets it made, and only those", () => {
  const ledger = new TargetLedger({ isWatchful: true });
  const refused = [parseRefusedMethod("Target.closeTarget:foreign")];
  const guard = new ClientGuard({
    refused,
    plain: plainMessagesFor(refused),
    ledger,
    onHit: () => {},
  });
  const close = (targetId: string) =>
    guard.push(
      clientText(JSON.stringify({ id: 2, method: "Target.closeTarget", params: { targetId } })),
    )
      .forward.length > 0;
  const browserSays = (message: unknown) => {
    const payload = new TextEncoder().encode(JSON.stringify(message));
    ledger.sink.onPayload?.(payload, 0, payload.length, frame(payload.length));
    ledger.sink.onFrameEnd?.(frame(payload.length), payload.length);
  };

  guard.push(clientText('{"id":1,"method":"Target.createTarget","params":{"url":"about:blank"}}'));
  browserSays({ id: 1, result: { targetId: "MINE" } });
  browserSays({
    method: "Target.targetCreated",
    params: { targetInfo: { targetId: "POPUP", openerId: "MINE" } },
  });
  browserSays({
    method: "Target.targetCreated",
    params: { targetInfo: { targetId: "THEIRS", openerId: "OTHER" } },
  });

  deepStrictEqual(["MINE", "POPUP", "THEIRS"].map(close), [true, true, false]);
});

for (
  const [name, bytes] of [
    ["a continuation of nothing", Uint8Array.of(128, 128, 0, 0, 0, 0)],
    ["compressed data nobody negotiated", Uint8Array.of(0xc1, 128, 0, 0, 0, 0)],
    ["a new message inside another", Uint8Array.of(1, 128, 0, 0, 0, 0, 129, 128, 0, 0, 0, 0)],
    ["a control frame in parts", Uint8Array.of(9, 128, 0, 0, 0, 0)],
    ["an opcode nobody knows", Uint8Array.of(0x83, 128, 0, 0, 0, 0)],
  ] as const
) {
  Deno.test(`ClientGuard.push() ends a connection that sends ${name}`, () => {
    strictEqual(feed([bytes]).close?.code, 1002);
  });
}

Deno.test("ClientGuard.push() survives random bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), sizes, (bytes, cuts) => {
      const whole = feed([bytes]);
      const pieces = feed(cut(bytes, cuts));

      strictEqual(pieces.close?.end, whole.close?.end);
    }),
    { numRuns: 100_000 },
  );
});

interface Refusal {
  error: { message: string };
}

function frame(payloadBytes: number) {
  return { isFinal: true, reservedBits: 0, opcode: 1, mask: undefined, payloadBytes };
}
