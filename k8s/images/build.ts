/**
 * Builds the images `hearth` and `hearth-chrome` with podman or docker.
 *
 * @module
 */
import { defineCommand, parseCommand } from "../../core/command.ts";
import { Fault } from "../../core/fault.ts";
import { startChild } from "../../core/process.ts";
import { runProgram } from "../../core/program.ts";
import { type BuildOptions, imageBuilds } from "./image_builds.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TOOLS = ["/usr/bin/podman", "/usr/bin/docker", "/usr/local/bin/docker"];

await runProgram("images", async ({ args, log }) => {
  const command = defineCommand({
    name: "images",
    description: "Build the images hearth and hearth-chrome with podman or docker",
    examples: [
      ["images", "localhost/hearth:0.1.0 and localhost/hearth-chrome:0.1.0"],
      ["images --prefix registry.example.com/hearth/", "names that can be pushed"],
      ["images --base localhost/debian:bookworm-slim", "on a base of your own"],
    ],
    exitCodes: { 0: "both are built", 1: "a build failed", 2: "wrong usage, or no builder" },
  })
    .option("--tool <path>", "the builder; else podman, else docker")
    .option("--prefix <prefix>", "what the images' names begin with", "localhost/")
    .option("--tag <tag>", "their tag", "0.1.0")
    .option("--base <image>", "the Debian image both are built on")
    .option("--deno <image>", "the image with Deno in /deno")
    .option("--fonts <packages>", "Debian's font packages, by blanks")
    .option("--ca <file>", "certificates to trust while building, behind a proxy that signs TLS")
    .option("--network <mode>", "the builder's network, such as host");
  if (parseCommand(command, args) === "done") return;
  const { tool = firstTool(), ...options } = command.opts();
  for (const { name, args } of imageBuilds(options as BuildOptions)) {
    log.info(`building ${name}`, { tool });
    const child = startChild({
      command: tool,
      args,
      cwd: ROOT,
      onLine: (line) => log.info(line),
    });
    const { code } = await child.ended;
    if (code !== 0) throw new Fault(`Cannot build "${name}": ${tool} ended with exit code ${code}`);
    log.info(`built ${name}`);
  }
});

function firstTool(): string {
  for (const path of TOOLS) {
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Fault(`Cannot build images: none of ${TOOLS.join(", ")} exists, one must`, {
    code: "config",
  });
}
