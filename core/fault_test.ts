/**
 * @module
 */
import assert from "node:assert/strict";
import { Fault, type FaultCode } from "./fault.ts";

Deno.test.each<[FaultCode, number]>([["usage", 2], ["config", 2], ["failed", 1]])(
  'Fault has its exit code when its code is "%s"',
  (code, exitCode) => {
    const fault = new Fault("Cannot start", { code });

    assert.deepEqual([fault.code, fault.exitCode], [code, exitCode]);
  },
);

Deno.test("Fault has the exit code it was given when the contract names one", () => {
  const cause = new Error("refused");

  const fault = new Fault("connect_over_cdp failed", { exitCode: 3, cause });

  assert.deepEqual([fault.code, fault.exitCode, fault.cause], ["failed", 3, cause]);
});
