/**
 * What of `k8s/` is rendered by the tests: the base, each overlay, each component on the base, and
 * those that a cluster would have together.
 *
 * @module
 */
import { relative } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { kustomize } from "../support/kubectl.ts";
import { ROOT } from "../support/program.ts";
import type { KubeObject } from "./kube_object.ts";

/** Something that can be applied. */
export interface Rendering {
  /** What it is made of. */
  readonly name: string;
  /** As kubectl renders it. */
  readonly yaml: string;
  /** Its objects. */
  readonly objects: readonly KubeObject[];
}

const COMPONENTS = [
  ["access"],
  ["external-secrets"],
  ["reloader"],
  ["traefik-authentik"],
  ["ingress-nginx"],
  ["gateway-api"],
  ["sandbox"],
  ["monitoring"],
  ["content-sync"],
  ["external-secrets", "reloader", "ingress-nginx", "sandbox", "monitoring", "content-sync"],
  ["access", "external-secrets", "reloader", "traefik-authentik", "sandbox", "monitoring"],
  ["external-secrets", "gateway-api", "sandbox"],
];

/** Renders everything. */
export async function allRenderings(): Promise<readonly Rendering[]> {
  const renderings = [await render("base", `${ROOT}k8s/base`)];
  for await (const { name } of Deno.readDir(`${ROOT}k8s/overlays`)) {
    renderings.push(await render(`overlays/${name}`, `${ROOT}k8s/overlays/${name}`));
  }
  for (const components of COMPONENTS) {
    renderings.push(await renderWith({ resources: ["k8s/base"], components }));
  }
  renderings.push(await renderWith({ components: ["client"] }, CALLER));
  return renderings;
}

/** The names of the components there are. */
export const RENDERED_COMPONENTS: readonly string[] = [
  ...new Set([...COMPONENTS.flat(), "client"]),
];

const CALLER = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: caller\n";

async function renderWith(
  { resources = [], components }: { resources?: readonly string[]; components: readonly string[] },
  ownResource?: string,
): Promise<Rendering> {
  const directory = await Deno.makeTempDir({ prefix: "hearth-kustomize-" });
  try {
    const own = ownResource === undefined ? [] : ["own.yaml"];
    if (ownResource !== undefined) await Deno.writeTextFile(`${directory}/own.yaml`, ownResource);
    await Deno.writeTextFile(
      `${directory}/kustomization.yaml`,
      stringify({
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        namespace: ownResource === undefined ? "chrome-service" : "caller",
        resources: [...resources.map((path) => relative(directory, ROOT + path)), ...own],
        components: components.map((name) => relative(directory, `${ROOT}k8s/components/${name}`)),
      }),
    );
    return await render(components.join(" + "), directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function render(name: string, directory: string): Promise<Rendering> {
  const yaml = await kustomize(directory);
  return { name, yaml, objects: readObjects(yaml) };
}

/** Reads a text of several documents. */
export function readObjects(yaml: string): readonly KubeObject[] {
  return parseAllDocuments(yaml).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return document.toJS() as KubeObject;
  });
}
