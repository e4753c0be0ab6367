/**
 * What every machine does with units.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ContractCase, does, refuses } from "./contract_case.ts";

/** The cases. */
export const UNITS: readonly ContractCase[] = [
  {
    name: "enable_unit and disable_unit start and stop a unit of a template",
    laid: [
      {
        kind: "file",
        path: "/etc/systemd/system/un@.service",
        text: "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n",
      },
    ],
    async run(machine) {
      const [unit, other] = ["un@ada.service", "un@bob.service"];
      const { host } = machine;
      assert.deepEqual(host.unit(unit), { isEnabled: false, active: "inactive" });
      await does(machine, { kind: "reload_units" });

      await does(machine, { kind: "enable_unit", unit, isStarted: true });
      assert.deepEqual(host.unit(unit), { isEnabled: true, active: "active" });
      await does(machine, { kind: "enable_unit", unit: other, isStarted: false });
      assert.deepEqual(host.unit(other), { isEnabled: true, active: "inactive" });
      await does(machine, { kind: "restart_unit", unit: other });
      assert.deepEqual(host.unit(other), { isEnabled: true, active: "inactive" });
      await does(machine, { kind: "restart_unit", unit });
      assert.deepEqual(host.unit(unit), { isEnabled: true, active: "active" });

      await does(machine, { kind: "disable_unit", unit });
      assert.deepEqual(host.unit(unit), { isEnabled: false, active: "inactive" });
      assert.deepEqual(host.unit(other), { isEnabled: true, active: "inactive" });
      const missing = "un-none@ada.service";
      await refuses(machine, { kind: "enable_unit", unit: missing, isStarted: true }, missing);
      assert.deepEqual(host.unit(missing), { isEnabled: false, active: "inactive" });
    },
  },
];
