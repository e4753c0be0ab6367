/**
 * @module
 */
import assert from "node:assert/strict";
import { ttydAdmins, ttydUserMap } from "./render_maps.ts";

const HEADER = "# DO NOT EDIT: made from roster.yaml; the next run writes it again\n";

Deno.test("ttydUserMap() has a line for each user, in the order of ports", () => {
  const text = ttydUserMap([
    { authentik_user: "Bob@example.com", os_user: "bob", port: 3775 },
    { authentik_user: "ada", os_user: "lovelace", port: 3773 },
  ]);

  assert.equal(text, `${HEADER}ada=lovelace\nBob@example.com=bob\n`);
});

Deno.test("ttydAdmins() has a line for each admin, and none when there is none", () => {
  assert.equal(ttydAdmins(["bob", "ada"]), `${HEADER}ada\nbob\n`);
  assert.equal(ttydAdmins([]), HEADER);
});
