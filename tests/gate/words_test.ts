/**
 * Words that must not be in the repository: paths of one machine, registries one network happens
 * to use, and notes of work that was left undone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { repositoryFiles, ROOT } from "./repository.ts";

// Written in pieces, since this file is searched too.
const BANNED: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a path of one machine", new RegExp("(?<![\\w.-])/wor" + "k/")],
  ["a path of one machine", new RegExp("/op" + "t/(?:e|bin)\\b")],
  ["a package registry's host", new RegExp("registry\\.(?:npm" + "js|yarn" + "pkg)\\.")],
  ["a package registry's host", new RegExp("\\bnpm\\.js" + "r\\.io\\b")],
  ["work left undone", new RegExp("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b")],
];

Deno.test("repository holds no banned word when every text file is read", () => {
  const faults: string[] = [];

  for (const path of repositoryFiles()) {
    const text = readText(path);
    for (const [at, line] of text.split("\n").entries()) {
      for (const [what, pattern] of BANNED) {
        if (pattern.test(line)) faults.push(`${path}:${at + 1} names ${what}: ${line.trim()}`);
      }
    }
  }

  assert.deepEqual(faults, []);
});

/** The file's text; nothing for a file that is not text, such as an image. */
function readText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(`${ROOT}${path}`));
  } catch (error) {
    if (error instanceof TypeError) return "";
    // A file another test made and removed meanwhile is not part of the repository.
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
