import assert from "node:assert/strict";
import { createPrinter } from "./printer.ts";

Deno.test("createPrinter() writes a part's name before each of its lines", () => {
  const lines: string[] = [];
  const printer = createPrinter({ write: (text) => lines.push(text), isColoured: false });

  printer.part("bridge", "listening");
  printer.say("up");

  assert.deepEqual(lines, ["bridge          │ listening\n", "up\n"]);
});

Deno.test("createPrinter() gives every name a colour of its own and keeps it", () => {
  const lines: string[] = [];
  const printer = createPrinter({ write: (text) => lines.push(text), isColoured: true });

  printer.part("a", "1");
  printer.part("b", "1");
  printer.part("a", "2");

  const colours = lines.map((line) => line.split("m")[0]);
  assert.equal(colours[0], colours[2]);
  assert.notEqual(colours[0], colours[1]);
});

Deno.test("createPrinter() leaves the parts out when asked to", () => {
  const lines: string[] = [];
  const printer = createPrinter({
    write: (text) => lines.push(text),
    isColoured: false,
    hasParts: false,
  });

  printer.part("a", "1");

  assert.deepEqual(lines, []);
});
