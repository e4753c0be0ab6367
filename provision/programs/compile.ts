/**
 * `deno task compile`: a binary of every program of a host, its permissions in it.
 *
 * @module
 */
import { defineCommand, parseCommand, usageFault } from "../../core/command.ts";
import { Fault } from "../../core/fault.ts";
import { runProgram } from "../../core/program.ts";
import { checkBaseBinary } from "./base_binary.ts";
import { compileArguments } from "./compile_arguments.ts";
import { BaseMissing, compileProgram } from "./compile_program.ts";
import { HOST_PROGRAMS, type HostProgram } from "./host_programs.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

if (import.meta.main) {
  await runProgram("compile", async ({ args, env, print }) => {
    const command = defineCommand({
      name: "compile",
      description: "Build a binary of every program of a dev box, with its permissions in it",
      examples: [
        [
          "deno task compile --snapshot-url https://chrome.example.com/api/snapshot",
          "build all of them in dist/",
        ],
        ["deno task compile t3-mint t3-dispatch", "build these two"],
      ],
      exitCodes: { 0: "built", 1: "some could not be built", 2: "bad usage or configuration" },
    })
      .argument("[name...]", "programs, by their installed names")
      .option("--output <directory>", "where to put them", "dist")
      .option("--snapshot-url <url>", "the one server that the refresh of the snapshot may reach");
    if (parseCommand(command, args) === "done") return 0;
    const { output, snapshotUrl } = command.opts();
    const target = { root: ROOT, ...(snapshotUrl === undefined ? {} : { snapshotUrl }) };
    const programs = choose(command.args);
    // Wrong usage is told before anything is built.
    for (const program of programs) compileArguments(program, { ...target, output });
    const base = env.get("DENORT_BIN");
    if (base !== undefined) await checkBaseBinary(base);
    await Deno.mkdir(output, { recursive: true });
    let failures = 0;
    for (const program of programs) {
      const path = `${output}/${program.name}`;
      try {
        await compileProgram(program, { ...target, output: path }, { deno: Deno.execPath() });
        print(`built ${path}\n`);
      } catch (error) {
        if (!(error instanceof Fault) || error instanceof BaseMissing) throw error;
        failures++;
        print(`failed ${path}: ${error.message}\n`);
      }
    }
    return failures === 0 ? 0 : 1;
  });
}

function choose(names: readonly string[]): readonly HostProgram[] {
  if (names.length === 0) return HOST_PROGRAMS;
  return names.map((name) => {
    const program = HOST_PROGRAMS.find((each) => each.name === name);
    if (program !== undefined) return program;
    const known = HOST_PROGRAMS.map((each) => `"${each.name}"`).join(", ");
    throw usageFault(`there is no program "${name}", must be one of ${known}`, "compile");
  });
}
