import assert from "node:assert/strict";
import { distributionWords, realSystemPackages } from "./system_facts.ts";

Deno.test("realSystemPackages() finds this machine's packages", async () => {
  const facts = await realSystemPackages(() => {}).facts();

  assert.ok(facts.existing.has("/usr/bin/chromium"));
  assert.equal(facts.isRoot, Deno.uid() === 0);
});

Deno.test("distributionWords() reads ID and ID_LIKE", () => {
  const words = distributionWords(
    'NAME="Pop"\nID=pop\nVERSION_ID="22.04"\nID_LIKE="ubuntu debian"\n',
  );

  assert.deepEqual(words, ["pop", "ubuntu", "debian"]);
});

Deno.test("realSystemPackages() looks for the packages it is given when it reads facts", async () => {
  const here = new URL(import.meta.url).pathname;
  const packages = [
    { name: "here", path: here, reason: "exists" },
    { name: "gone", path: `${here}.gone`, reason: "does not" },
  ];

  const { existing } = await realSystemPackages(() => {}, packages).facts();

  assert.deepEqual([...existing], [here]);
});
