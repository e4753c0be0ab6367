import assert from "node:assert/strict";
import { denoCommand } from "./deno_command.ts";

Deno.test("denoCommand() is npx's when Deno is where npx keeps what it fetched", () => {
  const fetched = "/home/ada/.npm/_npx/0f1e/node_modules/@deno/linux-x64-glibc/deno";

  assert.equal(denoCommand(fetched, "2.9.6"), "npx -y deno@2.9.6");
  assert.equal(denoCommand("/usr/local/bin/deno", "2.9.6"), "deno");
});
