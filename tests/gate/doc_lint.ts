/**
 * Runs `deno doc --lint` over every module that is no test and fails on every complaint but one.
 *
 * The one: `private-type-ref` about a type of an npm package, which no re-export here can make
 * public. A complaint is about such a type when no file here declares a type of that name.
 *
 * @module
 */
import { repositoryFiles, ROOT } from "./repository.ts";

/** The complaints of `deno doc --lint` that count, each with its place. */
export function countedComplaints(output: string, declares: (name: string) => boolean): string[] {
  return output.split(/\n(?=error)/).filter((complaint) => {
    if (!/^error(?:\[|:)/.test(complaint) || /^error: Found \d+ doc/.test(complaint)) return false;
    const type = /^error\[private-type-ref\].* references private type '([\w$]+)/.exec(complaint);
    return type?.[1] === undefined || declares(type[1]);
  }).map((complaint) => complaint.trim());
}

async function main(): Promise<number> {
  const modules = repositoryFiles().filter((path) =>
    path.endsWith(".ts") && !path.endsWith("_test.ts")
  );
  const source = modules.map((path) => Deno.readTextFileSync(`${ROOT}${path}`)).join("\n");
  const declares = (name: string) =>
    new RegExp(`^\\s*(?:export )?(?:abstract )?(?:interface|type|class|enum) ${name}\\b`, "m")
      .test(source);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...modules.map((path) => `${ROOT}${path}`)],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stderr);
  const complaints = countedComplaints(output, declares);
  // A failure that names no complaint is the tool's own, and must not pass for a clean run.
  if (code !== 0 && complaints.length === 0 && !/^error: Found \d+ doc/m.test(output)) {
    complaints.push(output.trim());
  }
  const text = complaints.length === 0
    ? `Checked the documentation of ${modules.length} modules\n`
    : `${complaints.join("\n\n")}\n${complaints.length} complaints\n`;
  await Deno.stdout.write(new TextEncoder().encode(text));
  return complaints.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
