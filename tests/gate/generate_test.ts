/**
 * What is made from code is what the code makes now.
 *
 * @module
 */
import assert from "node:assert/strict";
import { generatedFiles, withSection } from "./generate.ts";
import { ROOT } from "./repository.ts";
import { schemaTable } from "./schema_table.ts";
import { unitTable } from "./unit_table.ts";

Deno.test("every generated file is up to date (else: deno task generate)", async () => {
  const files = await generatedFiles();

  assert.ok(files.length >= 2);
  for (const { path, content } of files) {
    assert.equal(await Deno.readTextFile(`${ROOT}${path}`), content, path);
  }
});

Deno.test("withSection() replaces one section and nothing else", () => {
  const page = "# A\n\n<!-- x -->\n\nold\n\n<!-- end x -->\n\nrest\n";

  assert.equal(withSection(page, "x", "new\n"), page.replace("old", "new"));
  assert.throws(() => withSection(page, "y", "new"), /not in the page/);
});

Deno.test("schemaTable() lists fields with path, type and default when they are nested", () => {
  const table = schemaTable({
    properties: {
      users: {
        anyOf: [{
          type: "object",
          additionalProperties: {
            properties: {
              tier: { enum: ["a", "b"], description: "What" },
              list: { type: "array", items: { type: "string" }, default: [] },
            },
            required: ["tier"],
          },
        }, { type: "null" }],
      },
    },
  });

  assert.deepEqual(table.split("\n").slice(2), [
    "| `users` | map |  |  |",
    "| `users.<name>.tier` | `a`, `b` | required | What |",
    "| `users.<name>.list` | list of text | `[]` |  |",
    "",
  ]);
});

Deno.test("unitTable() tells what a unit is, as whom it runs, and what it reaches", () => {
  const service =
    "# Does it.\n#\n# More.\n[Unit]\nConditionPathExists=/x/%i\n[Service]\nUser=%i\n" +
    "BindPaths=/home/%i\nRestrictAddressFamilies=AF_INET AF_UNIX\n";
  const root = "# Root's.\n[Service]\nCapabilityBoundingSet=CAP_A CAP_B\nStateDirectory=z\n" +
    "ReadWritePaths=/etc -/y\nRestrictAddressFamilies=AF_UNIX\n[Install]\nWantedBy=multi-user.target\n";

  const table = unitTable(new Map([["a@.service", service], ["b.service", root]]));

  assert.deepEqual(table.trimEnd().split("\n").slice(2), [
    "| `a@.service` | Does it. | the user | where `/x/<user>` is | the network, `/home/<user>` |",
    "| `b.service` | Root's. | `root` with `CAP_A`, `CAP_B` | at boot | " +
    "no network, `/etc`, `/y`, `/var/lib/z` |",
  ]);
});
