/**
 * A build as files: the npm packages it is published as, and the prefix npm would make of them.
 *
 * The program's TypeScript is turned into JavaScript by leaving out its types, since Node does not
 * do that below `node_modules`.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import type { Build } from "./builds.ts";

const PROGRAM = "t3.mjs";

/** A package by its name in npm. */
export interface PackageFiles {
  /** Its name. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** Its files, by their path in it. */
  readonly files: Readonly<Record<string, string>>;
}

/** The platform's part of a launcher's package name. */
export const PLATFORM = `${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;

/**
 * The packages of a build, the main one last.
 *
 * @param build The build.
 */
export function packagesOf({ behaviour, packing }: Build): readonly PackageFiles[] {
  const { version } = behaviour;
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const common = { version, type: "module", license: "MIT" };
  const program = { ...programFiles(), "behaviour.json": json(behaviour) };
  if (packing.form === "plain") {
    const manifest = {
      name: "t3",
      ...common,
      bin: { t3: PROGRAM },
      engines: { node: packing.engines },
    };
    return [{ name: "t3", version, files: { ...program, "package.json": json(manifest) } }];
  }
  const platformName = `@t3code/t3-${PLATFORM}`;
  const launcher = {
    name: "t3",
    ...common,
    bin: { t3: PROGRAM },
    engines: { node: packing.engines },
    optionalDependencies: { [platformName]: version },
  };
  const main = {
    name: "t3",
    version,
    files: { [PROGRAM]: launcherText(platformName), "package.json": json(launcher) },
  };
  if (!packing.hasPlatform) return [main];
  const platform = {
    name: platformName,
    version,
    files: {
      ...program,
      "package.json": json({ name: platformName, ...common, exports: `./${PROGRAM}` }),
    },
  };
  return [platform, main];
}

/** Writes a package's files below a directory. */
export async function writePackage(directory: string, { files }: PackageFiles): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const isProgram = path === PROGRAM;
    await Deno.writeTextFile(`${directory}/${path}`, text, { mode: isProgram ? 0o755 : 0o644 });
  }
}

/**
 * Installs a build below a prefix, as `npm install --global --prefix` leaves it, without npm.
 *
 * @param prefix Where `bin/t3` will be.
 * @param build The build.
 */
export async function installBuild(prefix: string, build: Build): Promise<void> {
  const modules = `${prefix}/lib/node_modules`;
  for (const one of packagesOf(build)) {
    const place = one.name === "t3" ? "t3" : `t3/node_modules/${one.name}`;
    await writePackage(`${modules}/${place}`, one);
  }
  await Deno.mkdir(`${prefix}/bin`, { recursive: true });
  await Deno.symlink(`../lib/node_modules/t3/${PROGRAM}`, `${prefix}/bin/t3`);
}

let program: Readonly<Record<string, string>> | undefined;

function programFiles(): Readonly<Record<string, string>> {
  return program ??= readProgram();
}

function readProgram(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const pending = ["t3.ts"];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const script = name.replace(/\.ts$/, ".mjs");
    if (files[script] !== undefined) continue;
    const source = Deno.readTextFileSync(new URL(name, import.meta.url));
    const text = stripTypeScriptTypes(source);
    const imports = /(from\s+"\.\/)(\w+)\.ts"/g;
    for (const match of text.matchAll(imports)) pending.push(`${match[2]}.ts`);
    files[script] = text.replaceAll(imports, '$1$2.mjs"');
  }
  return files;
}

function launcherText(platformName: string): string {
  return `#!/usr/bin/env node
try {
  await import("${platformName}");
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.message.includes("${platformName}")) throw error;
  process.stderr.write("t3: no T3 Code CLI build is available for this platform\\n");
  process.exit(1);
}
`;
}
