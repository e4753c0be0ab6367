/**
 * What every machine does, real or in memory: the contract of `provision/machine.ts`.
 *
 * @module
 */
import { ACCOUNTS } from "./accounts.ts";
import type { ContractCase } from "./contract_case.ts";
import { FILES } from "./files.ts";
import { UNITS } from "./units.ts";
import { WRITES } from "./writes.ts";

/** Every case. They share a machine, so that each has users and paths of its own. */
export const MACHINE_CONTRACT: readonly ContractCase[] = [
  ...ACCOUNTS,
  ...WRITES,
  ...FILES,
  ...UNITS,
];
