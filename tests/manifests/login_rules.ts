/**
 * What people reach asks who they are: every route to the live view, and every route to the snapshot
 * server but the one of the snapshot itself, which asks for its own token.
 *
 * @module
 */
import { type Json, type KubeObject, nameOf } from "./kube_object.ts";

const LIVE_VIEW = "chrome";
const SNAPSHOT = "chrome-snapshot";

interface Route {
  readonly what: string;
  readonly services: readonly string[];
  readonly isSnapshotAlone: boolean;
  readonly hasLogin: boolean;
}

/** Routes that let in anybody, a sentence each. */
export function loginFaults(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap((object) =>
    routesOf(object, objects).filter(({ services, isSnapshotAlone, hasLogin }) =>
      !hasLogin &&
      (services.includes(LIVE_VIEW) || (services.includes(SNAPSHOT) && !isSnapshotAlone))
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
          isSnapshotAlone: path === "/api/snapshot" && pathType === "Exact",
          hasLogin: metadata.annotations?.["nginx.ingress.kubernetes.io/auth-url"] !== undefined,
        }))
      );
    case "IngressRoute":
      return spec.routes.map(({ match, services, middlewares = [] }: Json): Route => ({
        what: `route ${match}`,
        services: services.map(({ name }: Json) => name),
        isSnapshotAlone: /^Host\([^()]+\) && Path\(`\/api\/snapshot`\)$/.test(match),
        hasLogin: middlewares.some(({ name }: Json) => isLogin(objects, name)),
      }));
    case "HTTPRoute":
      return spec.rules.map(({ matches = [], backendRefs }: Json): Route => ({
        what: "a rule",
        services: backendRefs.map(({ name }: Json) => name),
        isSnapshotAlone: matches.length > 0 &&
          matches.every(({ path }: Json) =>
            path?.type === "Exact" && path.value === "/api/snapshot"
          ),
        hasLogin: false,
      }));
    default:
      return [];
  }
}

/** A middleware that is not there has a rule of its own. */
function isLogin(objects: readonly KubeObject[], name: string): boolean {
  const middleware = objects.find((other) => nameOf(other) === `Middleware ${name}`);
  return middleware === undefined || middleware.spec.forwardAuth !== undefined;
}
