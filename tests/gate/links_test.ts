/**
 * Every link in the documentation leads somewhere, also to a heading.
 *
 * @module
 */
import assert from "node:assert/strict";
import { anchorsOf, linksOf } from "./markdown.ts";
import { repositoryFiles, ROOT } from "./repository.ts";

for (const file of repositoryFiles().filter((path) => path.endsWith(".md"))) {
  Deno.test(`${file} links to files and headings that exist`, () => {
    const text = Deno.readTextFileSync(`${ROOT}${file}`);
    const links = linksOf(text).filter((link) => !/^(?:https?:|mailto:)/.test(link));

    assert.deepEqual(links.filter((link) => !leadsSomewhere(file, link)), []);
  });
}

Deno.test("every page of docs/ is reached from the README", () => {
  const pages = repositoryFiles().filter((path) => /^docs\/.*\.(?:md|json)$/.test(path));
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    if (!page.endsWith(".md")) continue;
    for (const link of linksOf(Deno.readTextFileSync(`${ROOT}${page}`))) {
      if (!/^https?:/.test(link)) reached.add(target(page, link).path.slice(ROOT.length));
    }
  }

  assert.deepEqual(pages.filter((page) => !reached.has(page)), []);
});

function target(file: string, link: string): { path: string; anchor: string } {
  const url = new URL(link, `file://${ROOT}${file}`);
  return { path: url.pathname, anchor: url.hash.slice(1) };
}

function leadsSomewhere(file: string, link: string): boolean {
  const { path, anchor } = target(file, link);
  try {
    if (anchor === "") return Deno.statSync(path) !== undefined;
    // Of a source, an anchor is a line.
    return path.endsWith(".md") ? anchorsOf(Deno.readTextFileSync(path)).has(anchor) : true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
