/**
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createLogger, type LogLevel, type LogOptions } from "./log.ts";
import { Secret } from "./secret.ts";

function capture(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const now = () => Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  const log = createLogger({
    component: "bridge",
    write: (line) => lines.push(line),
    now,
    ...options,
  });
  return { log, lines };
}

Deno.test("createLogger() writes one JSON object when a record is logged", () => {
  const { log, lines } = capture();

  log.info("listening", { port: 9222, skipped: undefined });

  assert.deepEqual(lines.map((line) => JSON.parse(line)), [{
    ts: "2026-01-02T03:04:05.006Z",
    level: "info",
    component: "bridge",
    msg: "listening",
    port: 9222,
  }]);
});

Deno.test("createLogger() writes a readable line when the format is text", () => {
  const { log, lines } = capture({ format: "text" });

  log.warn("refused", { host: "evil.example", why: "not allowed", count: 2 });

  assert.deepEqual(lines, [
    '03:04:05.006 WARN  bridge: refused host=evil.example why="not allowed" count=2',
  ]);
});

Deno.test.each<[LogLevel, number]>([["debug", 4], ["info", 3], ["warn", 2], ["error", 1]])(
  "createLogger() drops what is below when the level is %s",
  (level, count) => {
    const { log, lines } = capture({ level });

    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");

    assert.equal(lines.length, count);
  },
);

Deno.test("with() adds fields to each record when the record has its own", () => {
  const { log, lines } = capture();

  log.with({ connection: 1, path: "/a" }).with({ peer: "b" }).info("closed", { path: "/c" });

  const { connection, peer, path } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([connection, peer, path], [1, "b", "/c"]);
});

Deno.test("createLogger() writes an error's stack only when the level is debug", () => {
  const quiet = capture();
  const loud = capture({ level: "debug" });

  quiet.log.error("failed", { error: new Error("one\ntwo") });
  loud.log.error("failed", { error: new Error("one\ntwo") });

  assert.equal(JSON.parse(quiet.lines[0] ?? "").error, "one; two");
  assert.ok(!quiet.lines[0]?.includes("log_test.ts"));
  assert.match(JSON.parse(loud.lines[0] ?? "").errorStack, /log_test\.ts/);
});

const format = fc.constantFrom<("json" | "text")[]>("json", "text");
const secretText = fc.stringMatching(/^[A-Za-z0-9]{24,40}$/);

Deno.test("createLogger() never prints a secret when it is anywhere in the fields", () => {
  const property = fc.property(
    format,
    fc.boolean(),
    secretText,
    fc.array(fc.string(), { maxLength: 4 }),
    (format, isColoured, text, path) => {
      const { log, lines } = capture({ format, isColoured, level: "debug" });
      const secret = new Secret(text);
      const nested = path.reduce<unknown>((inner, key) => [{ [key]: inner }], secret);

      log.with({ base: secret }).error(`${secret}`, {
        secret,
        nested,
        error: new Error(`${secret}`),
      });

      assert.ok(!lines.join("\n").includes(text));
    },
  );

  fc.assert(property);
});

Deno.test("createLogger() writes one line without control characters when a value is any text", () => {
  const property = fc.property(
    format,
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\x1b[2J", "a\nb", "\r", "\x9b2J", "\x7f"),
    ),
    fc.jsonValue(),
    (format, value, any) => {
      const { log, lines } = capture({ format });

      log.info("opened", { value, any });

      assert.equal(lines.length, 1);
      // A control character would make it no JSON.
      if (format === "json") JSON.parse(lines[0] ?? "");
      else assert.doesNotMatch(lines[0] ?? "", /\p{Cc}/u);
    },
  );

  fc.assert(property);
});

Deno.test("createLogger() gives back each value when its JSON is parsed", () => {
  const property = fc.property(fc.jsonValue(), (value) => {
    const { log, lines } = capture();

    log.info("opened", { value });

    assert.deepEqual(JSON.parse(lines[0] ?? "").value, JSON.parse(JSON.stringify(value)));
  });

  fc.assert(property);
});
