/**
 * Objects as a TypeScript program that only compiles where each is what its schema says.
 *
 * The types of kubernetes-models are made from Kubernetes' OpenAPI and the operators' CRDs. TypeScript
 * refuses a property of a literal that its type does not know, at any depth, which no API server in its
 * default mode does and no validator of these schemas either.
 *
 * @module
 */
import { type KubeObject, nameOf } from "./kube_object.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  "external-secrets.io": "@kubernetes-models/external-secrets/external-secrets.io",
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api/gateway.networking.k8s.io",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/monitoring.coreos.com",
  "traefik.io": "@kubernetes-models/traefik/traefik.io",
};

/** Where the model of an object is imported from. */
export function modelModule({ apiVersion, kind }: KubeObject): string {
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const prefix = PACKAGES[group] ?? ["kubernetes-models", group].filter(Boolean).join("/");
  return `${prefix}/${version}/${kind}`;
}

/** The program. */
export function schemaSource(objects: readonly KubeObject[]): string {
  return objects.map((object, at) => {
    const model = `import type { I${object.kind} as T${at} } from "${modelModule(object)}";`;
    return `${model}\n// ${nameOf(object)}\nexport const o${at}: T${at} = ${
      JSON.stringify(object)
    };\n`;
  }).join("");
}
