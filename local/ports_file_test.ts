import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_PORTS, type PartPorts } from "./parts.ts";
import { forgetPorts, parsePorts, readPorts, writePorts } from "./ports_file.ts";

Deno.test("readPorts() gives what was written, and the usual ports before and after", async () => {
  const dir = await Deno.makeTempDir({ prefix: "hearth-ports-" });
  const ports = { ...DEFAULT_PORTS, bridge: 41_001 };

  assert.deepEqual(await readPorts(dir), DEFAULT_PORTS);
  await writePorts(dir, ports);
  assert.deepEqual(await readPorts(dir), ports);
  const { mode } = await Deno.stat(`${dir}/ports.json`);
  assert.equal((mode ?? 0) & 0o777, 0o600);
  await forgetPorts(dir);
  await forgetPorts(dir);
  assert.deepEqual(await readPorts(dir), DEFAULT_PORTS);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("parsePorts() gives ports whatever the text is", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assert.deepEqual(parsePorts(text), DEFAULT_PORTS);
  }));
  const port = fc.integer({ min: 1, max: 65_535 });
  const names = Object.keys(DEFAULT_PORTS);
  const any = fc.record(Object.fromEntries(names.map((name) => [name, port])), {
    noNullPrototype: true,
  });
  fc.assert(fc.property(any, fc.constantFrom(...names), (ports, name) => {
    assert.deepEqual(parsePorts(JSON.stringify({ version: 1, ports })), ports);
    const wrong: Partial<PartPorts> = { ...ports, [name]: 70_000 };
    assert.deepEqual(parsePorts(JSON.stringify({ version: 1, ports: wrong })), DEFAULT_PORTS);
  }));
});
