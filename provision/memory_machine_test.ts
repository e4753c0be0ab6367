import { MACHINE_CONTRACT } from "../tests/support/machine_contract/machine_contract.ts";
import type { Laid } from "../tests/support/machine_contract/contract_case.ts";
import { memoryMachine } from "./memory_machine.ts";
import type { MemoryEntry } from "./memory_files.ts";
import type { MemoryMachine } from "./memory_machine.ts";

for (const { name, users = [], laid = [], run } of MACHINE_CONTRACT) {
  Deno.test(`memoryMachine() keeps the contract: ${name}`, async () => {
    const machine = memoryMachine();
    for (const user of users) {
      await machine.perform({ kind: "create_account", user, shell: "/bin/bash" });
    }
    for (const one of laid) layOut(machine, one);

    await run(machine);
  });
}

function layOut(machine: MemoryMachine, laid: Laid): void {
  const { path, owner = "root" } = laid;
  if (owner === "absent") {
    machine.files.delete(path);
    return;
  }
  const { uid = 0, gid = 0 } = machine.accounts.get(owner) ?? {};
  machine.files.set(path, entryOf(laid, uid, gid));
}

function entryOf(laid: Laid, uid: number, gid: number): MemoryEntry {
  switch (laid.kind) {
    case "file": {
      const bytes = new TextEncoder().encode(laid.text);
      return { kind: "file", mode: laid.mode ?? 0o644, uid, gid, bytes };
    }
    case "hole":
      return { kind: "file", mode: 0o644, uid, gid, bytes: new Uint8Array(laid.sizeBytes) };
    case "directory":
      return { kind: "directory", mode: laid.mode ?? 0o755, uid, gid };
    case "link":
      return { kind: "link", target: laid.target, uid };
    case "fifo":
      return { kind: "other" };
  }
}
