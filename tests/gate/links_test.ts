/**
 * Every link in the documentation leads somewhere.
 *
 * @module
 */
import assert from "node:assert/strict";
import { repositoryFiles, ROOT } from "./repository.ts";

for (const file of repositoryFiles().filter((path) => path.endsWith(".md"))) {
  Deno.test(`${file} links to files that exist`, () => {
    const text = Deno.readTextFileSync(`${ROOT}${file}`);
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link)
      .filter((link) => !/^(?:https?:|mailto:|#)/.test(link));

    const missing = links.filter((link) => {
      const path = new URL(link.replace(/#.*$/, ""), `file://${ROOT}${file}`);
      try {
        Deno.statSync(path);
        return false;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return true;
        throw error;
      }
    });

    assert.deepEqual(missing, []);
  });
}
