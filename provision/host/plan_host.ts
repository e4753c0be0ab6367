/**
 * What a machine needs whoever uses it, in the order in which one thing needs another.
 *
 * @module
 */
import type { Secret } from "../../core/secret.ts";
import { fileStep, type PlanContext } from "../file_step.ts";
import { DONE, type Outcome, type Steps } from "../item.ts";
import { PROGRAM_DIR } from "../programs/host_programs.ts";
import { accountsStep } from "./accounts_step.ts";
import type { WantedAccess } from "./access_step.ts";
import { directoryStep } from "./directory_step.ts";
import type { HostSettings } from "./host_settings.ts";
import { ingressTokenStep } from "./ingress_token_step.ts";
import { linkStep } from "./link_step.ts";
import { packagesStep } from "./packages_step.ts";
import { MCP_VERSION, NODE_VERSION } from "./pins.ts";
import { privateTreeStep } from "./private_tree_step.ts";
import { sudoersStep } from "./sudoers_step.ts";
import type { SystemFile, SystemFileKind } from "./system_file.ts";
import { parseTmpfiles } from "./tmpfiles.ts";
import { type CheckTree, TREES_DIR, treeStep } from "./tree_step.ts";
import { machineUnitSteps, unitFilesStep } from "./unit_steps.ts";

/** What is known before a machine is planned. */
export interface HostInputs {
  /** What the settings say of the machine. */
  readonly settings: HostSettings;
  /** Debian's name of the processor; `undefined` for one that there is no Node for. */
  readonly architecture: "amd64" | "arm64" | undefined;
  /** Files as they are installed. */
  readonly files: readonly SystemFile[];
  /** The digest of compiled programs; `undefined` where wrappers run the sources. */
  readonly binariesDigest: string | undefined;
  /** The wrappers, or what starts the compiled programs. */
  readonly programs: readonly { readonly name: string; readonly content: Uint8Array }[];
  /** Programs that cannot be installed, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
  /** The digest of Hearth's own sources. */
  readonly appDigest: string;
  /** Compares a tree with its manifest. */
  readonly checkTree: CheckTree;
  /** Makes a token that nobody can guess. */
  readonly makeToken: () => Secret;
}

/** Directories besides those of `tmpfiles.d`. */
const DIRECTORIES: readonly WantedAccess[] = [
  { path: TREES_DIR, mode: 0o755 },
  ...["node", "mcp", "app", "binaries", "kubelogin"].map((kind) => ({
    path: `${TREES_DIR}/${kind}`,
    mode: 0o755,
  })),
];

/** Plans the machine. What fails keeps only what depends on it from being done. */
export function* planHost(context: PlanContext, inputs: HostInputs): Steps {
  const { settings, files } = inputs;
  yield* packagesStep(context, settings.packages);
  yield* folderSteps(context, files);
  for (const file of ofKind(files, "accounts")) yield* accountsStep(context, file);
  yield* directorySteps(context, ofKind(files, "directories"));
  yield* nodeAndMcpSteps(context, inputs);
  const app = yield* programSteps(context, inputs);
  yield* kubeloginSteps(context, inputs);
  // Before the dispatcher: where that was there first, people come in without a token.
  yield* ingressTokenStep(context, settings.ingress_token, inputs.makeToken);
  yield* unitFilesStep(context, ofKind(files, "unit"));
  for (const file of ofKind(files, "sudoers")) {
    yield* sudoersStep(context, file, settings.sudoers);
  }
  for (const { path, content, mode } of ofKind(files, "shell")) {
    yield* fileStep(context, { path, content, mode, foreign: "replace" });
  }
  for (const path of settings.private_trees) yield* privateTreeStep(context, path);
  yield* firstMapStep(context);
  yield* machineUnitSteps(context, app.isDone);
}

/** The dispatcher does not start without its map; that of a box without users maps nobody. */
function* firstMapStep(context: PlanContext): Steps {
  const path = "/etc/t3-serve/dispatch.json";
  if (context.host.file(path).kind !== "absent") return;
  const content = new TextEncoder().encode("{}\n");
  yield* fileStep(context, { path, content, mode: 0o644, foreign: "keep" });
}

/** The folders of Debian that files go to, of which a small system lacks some. */
function* folderSteps(context: PlanContext, files: readonly SystemFile[]): Steps {
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)));
  for (const path of [...folders, PROGRAM_DIR].sort()) {
    if (context.host.file(path).kind !== "absent") continue;
    yield* directoryStep(context, { path, mode: 0o755 });
  }
}

/** `/etc` and `/etc/fish` of `/etc/fish/hearth.fish`: a parent comes first in any order of names. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`);
}

function* directorySteps(context: PlanContext, files: readonly SystemFile[]): Steps {
  for (const { path, content, mode } of files) {
    yield* fileStep(context, { path, content, mode, foreign: "replace" });
    for (const wanted of parseTmpfiles(new TextDecoder().decode(content))) {
      yield* directoryStep(context, wanted);
    }
  }
  for (const wanted of DIRECTORIES) yield* directoryStep(context, wanted);
}

function* nodeAndMcpSteps(context: PlanContext, inputs: HostInputs): Steps {
  const { architecture, checkTree } = inputs;
  const { host, items } = context;
  if (architecture === undefined) {
    const why = "there is no Node for this processor, must be amd64 or arm64";
    yield items.error(`tree ${TREES_DIR}/node`, why);
    return;
  }
  const node = yield* treeStep(context, { kind: "node", version: NODE_VERSION }, checkTree);
  const mcp = { kind: "mcp", version: MCP_VERSION } as const;
  // An older Node installs it as well.
  if (node.isDone || host.file(`${TREES_DIR}/node/current`).kind === "link") {
    yield* treeStep(context, mcp, checkTree);
  } else yield items.skipped(`tree ${TREES_DIR}/mcp/${MCP_VERSION}`, "there is no Node yet");
}

/** Hearth's own programs: the sources they run, and then the programs. */
function* programSteps(context: PlanContext, inputs: HostInputs): Steps<Outcome> {
  const { items } = context;
  const recipe = { kind: "app", digest: inputs.appDigest } as const;
  const app = yield* treeStep(context, recipe, inputs.checkTree);
  if (!app.isDone) {
    // Wrappers of these sources may not fit the older ones that stay.
    yield items.skipped(`programs in ${PROGRAM_DIR}`, "their sources are not installed");
    return app;
  }
  if (inputs.binariesDigest !== undefined) {
    const binaries = { kind: "binaries", digest: inputs.binariesDigest } as const;
    const installed = yield* treeStep(context, binaries, inputs.checkTree);
    if (!installed.isDone) return installed;
  }
  for (const { name, content } of inputs.programs) {
    const path = `${PROGRAM_DIR}/${name}`;
    yield* fileStep(context, { path, content, mode: 0o755, foreign: "replace" });
  }
  for (const { name, why } of inputs.leftOut) {
    yield items.skipped(`file ${PROGRAM_DIR}/${name}`, why);
  }
  return DONE;
}

function* kubeloginSteps(context: PlanContext, inputs: HostInputs): Steps {
  const { settings: { kubelogin }, architecture, checkTree } = inputs;
  if (kubelogin === null || architecture === undefined) return;
  const { version, url, sha256 } = kubelogin;
  const recipe = {
    kind: "kubelogin",
    version,
    url: `${url.replace(/\/+$/, "")}/v${version}/kubelogin_linux_${architecture}.zip`,
    sha256: sha256[architecture],
  } as const;
  const outcome = yield* treeStep(context, recipe, checkTree);
  if (!outcome.isDone) return;
  const program = `${TREES_DIR}/kubelogin/current/kubelogin`;
  // The second name makes it `kubectl oidc-login`.
  for (const name of ["kubelogin", "kubectl-oidc_login"]) {
    yield* linkStep(context, `${PROGRAM_DIR}/${name}`, program);
  }
}

function ofKind(files: readonly SystemFile[], kind: SystemFileKind): readonly SystemFile[] {
  return files.filter((file) => file.kind === kind);
}
