/**
 * `deno.json` and `deno.lock` as an installation needs them: without the tools and packages of
 * development. Trimming twice is trimming once, so that an installation can install itself.
 *
 * @module
 */

/** What an installed program is run with. */
const KEPT = ["unstable", "lock", "imports", "compilerOptions", "permissions"];

interface Config {
  readonly imports?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

interface Locked {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly [key: string]: unknown;
}

interface Lock {
  readonly version: string;
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, Locked>>;
}

/**
 * Leaves only what runs.
 *
 * @param config Text of `deno.json`.
 * @param packages Specifiers that are imported.
 */
export function trimConfig(config: string, packages: readonly string[]): string {
  const all: Config = JSON.parse(config);
  const imports = Object.entries(all.imports ?? {}).filter(([name]) =>
    packages.some((one) => one === name || one.startsWith(`${name}/`))
  );
  const kept = Object.fromEntries(KEPT.filter((key) => key in all).map((key) => [key, all[key]]));
  return `${JSON.stringify({ ...kept, imports: Object.fromEntries(imports) }, null, 2)}\n`;
}

/**
 * Leaves the packages of a trimmed configuration, and those they need in turn.
 *
 * @param lock Text of `deno.lock`.
 * @param config Text of the trimmed `deno.json`.
 * @throws {SyntaxError} When the lock is of another version, or does not hold a package.
 */
export function trimLock(lock: string, config: string): string {
  const { version, specifiers, npm }: Lock = JSON.parse(lock);
  if (version !== "5") throw new SyntaxError(`Cannot trim a lock of version "${version}"`);
  const { imports = {} }: Config = JSON.parse(config);
  const wanted = [...new Set(Object.values(imports))].sort();
  const kept = new Set<string>();
  const waiting = wanted.map((specifier) => {
    const locked = specifiers[specifier];
    if (locked === undefined) throw new SyntaxError(`Cannot find "${specifier}" in the lock`);
    return `${nameOf(specifier.slice("npm:".length))}@${locked}`;
  });
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (kept.has(key)) continue;
    const entry = npm[key];
    if (entry === undefined) throw new SyntaxError(`Cannot find "${key}" in the lock`);
    kept.add(key);
    const { dependencies = [], optionalDependencies = [] } = entry;
    waiting.push(...[...dependencies, ...optionalDependencies].map((name) => keyOf(npm, name)));
  }
  return `${
    JSON.stringify(
      {
        version,
        specifiers: Object.fromEntries(wanted.map((one) => [one, specifiers[one]])),
        npm: Object.fromEntries([...kept].sort().map((key) => [key, npm[key]])),
        workspace: { dependencies: wanted },
      },
      null,
      2,
    )
  }\n`;
}

/** Deno leaves the version out where there is only one. */
function keyOf(npm: Lock["npm"], dependency: string): string {
  if (npm[dependency] !== undefined) return dependency;
  const found = Object.keys(npm).filter((key) => nameOf(key) === nameOf(dependency));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new SyntaxError(`Cannot find "${dependency}" in the lock`);
  }
  return only;
}

/** `@scope/name@1.2.3_peer@4` without what begins at the version. */
function nameOf(key: string): string {
  const at = key.indexOf("@", 1);
  return at < 0 ? key : key.slice(0, at);
}
