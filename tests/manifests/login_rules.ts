/**
 * What people reach asks who they are: every route to the live view, and every route to the snapshot
 * server but those of its API, which asks for a token and believes no header.
 *
 * @module
 */
import { type Json, type KubeObject, nameOf } from "./kube_object.ts";

const LIVE_VIEW = "chrome";
const SNAPSHOT = "chrome-snapshot";
const API = ["/api/snapshot", "/api/sites", "/api/status"];

interface Route {
  readonly what: string;
  readonly services: readonly string[];
  readonly isApiAlone: boolean;
  readonly hasLogin: boolean;
}

/** Routes that let in anybody, a sentence each. */
export function loginFaults(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap((object) =>
    routesOf(object, objects).filter(({ services, isApiAlone, hasLogin }) =>
      !hasLogin &&
      (services.includes(LIVE_VIEW) || (services.includes(SNAPSHOT) && !isApiAlone))
    ).map(({ what }) => `${nameOf(object)}: ${what} asks nobody who they are`)
  );
}

function routesOf(object: KubeObject, objects: readonly KubeObject[]): readonly Route[] {
  const { kind, spec, metadata } = object;
  switch (kind) {
    case "Ingress":
      return spec.rules.flatMap(({ http }: Json) =>
        http.paths.map(({ path, pathType, backend }: Json): Route => ({
          what: `path ${path}`,
          services: [backend.service.name],
          isApiAlone: API.includes(path) && pathType === "Exact",
          hasLogin: metadata.annotations?.["nginx.ingress.kubernetes.io/auth-url"] !== undefined,
        }))
      );
    case "IngressRoute":
      return spec.routes.map(({ match, services, middlewares = [] }: Json): Route => ({
        what: `route ${match}`,
        services: services.map(({ name }: Json) => name),
        isApiAlone: isApiRule(match),
        hasLogin: middlewares.some(({ name }: Json) => isLogin(objects, name)),
      }));
    case "HTTPRoute":
      return spec.rules.map(({ matches = [], backendRefs }: Json): Route => ({
        what: "a rule",
        services: backendRefs.map(({ name }: Json) => name),
        isApiAlone: matches.length > 0 &&
          matches.every(({ path }: Json) => path?.type === "Exact" && API.includes(path.value)),
        hasLogin: false,
      }));
    default:
      return [];
  }
}

/** Whether a rule of Traefik names a host and exact paths of the API, and nothing else. */
function isApiRule(match: string): boolean {
  const [, paths = ""] = /^Host\(`[^`]+`\) && \(?([^()]+\([^()]+\)(?: \|\| [^()]+\([^()]+\))*)\)?$/
    .exec(match) ?? [];
  return paths.split(" || ").every((one) =>
    API.includes(/^Path\(`([^`]+)`\)$/.exec(one)?.[1] ?? "")
  );
}

/** A middleware that is not there has a rule of its own. */
function isLogin(objects: readonly KubeObject[], name: string): boolean {
  const middleware = objects.find((other) => nameOf(other) === `Middleware ${name}`);
  return middleware === undefined || middleware.spec.forwardAuth !== undefined;
}
