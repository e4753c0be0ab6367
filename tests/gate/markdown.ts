/**
 * What a page of the documentation is made of, as far as it can be checked: headings, links, blocks
 * of code.
 *
 * @module
 */

/** A fenced block of code. */
export interface CodeBlock {
  /** What stands behind the fence: `sh`. */
  readonly language: string;
  /** The line it begins at, from 1. */
  readonly line: number;
  /** Its text, without the indentation of a list. */
  readonly text: string;
}

/** The blocks of a page. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  const found: CodeBlock[] = [];
  for (const match of page.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)) {
    const [, indent = "", language = "", text = ""] = match;
    const line = page.slice(0, match.index).split("\n").length;
    found.push({ language, line, text: text.replaceAll(new RegExp(`^${indent}`, "gm"), "") });
  }
  return found;
}

/** The page without its blocks of code, in which nothing is a heading or a link. */
export function prose(page: string): string {
  return page.replaceAll(/^( *)```\w*\n[\s\S]*?^\1```$/gm, "");
}

/** The anchors of a page, as GitHub makes them of its headings. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose(page).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const slug = text.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let twin = 1; anchors.has(anchor); twin++) anchor = `${slug}-${twin}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Where the links of a page lead, images among them. */
export function linksOf(page: string): readonly string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
}
