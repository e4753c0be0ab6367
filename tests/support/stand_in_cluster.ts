/**
 * A stand-in for an API server: objects in memory, behind as much of the Kubernetes API as kubectl
 * needs to list, create, patch, replace, scale and delete them.
 *
 * It is no cluster. Nothing is scheduled, admitted or enforced. Of what controllers do there is this:
 * a Deployment that was touched, or whose Pod was removed, has one Pod that is well; a claim is bound;
 * the job of a CronJob succeeds at once.
 * Discovery, tables and patches as in kubernetes.io/docs/reference/using-api.
 *
 * @module
 */

import { readCreated } from "./kubernetes_protobuf.ts";

/** An object of the API. */
export interface ApiObject {
  /** Its kind. */
  kind: string;
  /** Its group and version. */
  apiVersion: string;
  /** Its name, and what else is known of it. */
  metadata: { name: string; [key: string]: unknown };
  /** Its own fields: a test reaches anywhere into them. */
  // deno-lint-ignore no-explicit-any
  [field: string]: any;
}

/** A server that listens. */
export interface StandInCluster extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Requests so far, as `METHOD PATH`. */
  readonly requests: readonly string[];
  /** Kinds, in plural, that nobody may list. */
  readonly forbidden: Set<string>;
  /** Everything there is; a test adds, changes and removes. */
  objects: ApiObject[];
}

const KINDS: readonly (readonly [plural: string, kind: string, groupVersion: string])[] = [
  ["namespaces", "Namespace", "v1"],
  ["pods", "Pod", "v1"],
  ["persistentvolumeclaims", "PersistentVolumeClaim", "v1"],
  ["services", "Service", "v1"],
  ["secrets", "Secret", "v1"],
  ["events", "Event", "v1"],
  ["deployments", "Deployment", "apps/v1"],
  ["cronjobs", "CronJob", "batch/v1"],
  ["jobs", "Job", "batch/v1"],
  ["networkpolicies", "NetworkPolicy", "networking.k8s.io/v1"],
];

/** Starts one. */
export function startStandInCluster(wellPod: () => ApiObject): StandInCluster {
  const requests: string[] = [];
  const forbidden = new Set<string>();
  const cluster = { objects: [] as ApiObject[] };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const url = new URL(request.url);
    requests.push(`${request.method} ${url.pathname}`);
    const known = discovery(url.pathname);
    if (known !== undefined) return Response.json(known);
    const [, plural = "", name, sub] =
      /^\/(?:api|apis\/[^/]+)\/v1(?:\/namespaces\/[^/]+(?=\/))?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/
        .exec(url.pathname) ?? [];
    const [, kind, apiVersion] = KINDS.find((each) => each[0] === plural) ?? [];
    if (kind === undefined || apiVersion === undefined) return status(404, "NotFound");
    if (forbidden.has(plural)) return status(403, "Forbidden", `${plural} is forbidden`);
    const found = cluster.objects.find((each) => each.kind === kind && each.metadata.name === name);
    if (name !== undefined && found === undefined) return status(404, "NotFound");
    switch (request.method) {
      case "GET":
        if (found !== undefined) return Response.json(sub === "scale" ? scaleOf(found) : found);
        return list(request, url, { kind, apiVersion }, cluster.objects);
      case "POST": {
        const isProtobuf = request.headers.get("content-type")?.includes("protobuf") ?? false;
        const body = isProtobuf ? readCreated(await request.bytes()) : await request.json();
        const made = { ...body, apiVersion, kind };
        cluster.objects.push(made);
        if (kind === "PersistentVolumeClaim") made["status"] = { phase: "Bound" };
        const owner = cluster.objects.find((each) =>
          each.kind === "CronJob" && made.metadata.name.startsWith(each.metadata.name)
        );
        if (kind === "Job" && owner !== undefined) {
          owner["status"] = { lastSuccessfulTime: new Date().toISOString() };
        }
        return Response.json(made, { status: 201 });
      }
      case "PUT":
      case "PATCH": {
        if (found === undefined) return status(405, "MethodNotAllowed");
        const body = await request.json();
        if (request.method === "PUT" && sub === undefined) {
          cluster.objects[cluster.objects.indexOf(found)] = body;
        } else if (sub === "scale") found["spec"].replicas = body.spec.replicas;
        else {merge(
            found,
            body,
            request.headers.get("content-type")?.includes("strategic") ?? false,
          );}
        settle(cluster.objects, kind, wellPod);
        return Response.json(sub === "scale" ? scaleOf(found) : found);
      }
      case "DELETE":
        cluster.objects = cluster.objects.filter((each) => each !== found);
        settle(cluster.objects, kind, wellPod);
        return Response.json({ kind: "Status", apiVersion: "v1", status: "Success", code: 200 });
      default:
        return status(405, "MethodNotAllowed");
    }
  });
  return {
    port: server.addr.port,
    requests,
    forbidden,
    get objects() {
      return cluster.objects;
    },
    set objects(next) {
      cluster.objects = next;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function settle(objects: ApiObject[], kind: string, wellPod: () => ApiObject): void {
  if (kind !== "Deployment" && kind !== "Pod") return;
  for (const pod of objects.filter((each) => each.kind === "Pod")) {
    objects.splice(objects.indexOf(pod), 1);
  }
  objects.push(wellPod());
  for (const claim of objects.filter((each) => each.kind === "PersistentVolumeClaim")) {
    claim["status"] = { phase: "Bound" };
  }
}

function list(
  request: Request,
  url: URL,
  { kind, apiVersion }: { kind: string; apiVersion: string },
  objects: readonly ApiObject[],
): Response {
  const [, name] = /metadata\.name=(.+)/.exec(url.searchParams.get("fieldSelector") ?? "") ?? [];
  const items = objects.filter((each) =>
    each.kind === kind && (name === undefined || each.metadata.name === name)
  );
  if (kind === "Secret" && request.headers.get("accept")?.includes("as=Table")) {
    const columns = ["Name", "Type", "Data", "Age"].map((column) => ({
      ...{ name: column, type: "string", format: "", description: "", priority: 0 },
    }));
    const rows = items.map(({ metadata, type = "Opaque", data = {} }) => ({
      cells: [metadata.name, type, String(Object.keys(data).length), "3d"],
      object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata },
    }));
    const table = { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: {} };
    return Response.json({ ...table, columnDefinitions: columns, rows });
  }
  return Response.json({ kind: `${kind}List`, apiVersion, metadata: {}, items });
}

function scaleOf({ metadata, spec }: ApiObject): unknown {
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    spec: { replicas: spec.replicas },
  };
}

/** RFC 7386, and where it is strategic lists of named things by name. */
// deno-lint-ignore no-explicit-any -- any object of the API
function merge(into: any, patch: any, isStrategic: boolean): void {
  for (const [key, value] of Object.entries<unknown>(patch)) {
    if (key.startsWith("$")) continue;
    if (value === null) delete into[key];
    else if (isStrategic && Array.isArray(value) && Array.isArray(into[key])) {
      for (const item of value) {
        const same = into[key].find((each: { name?: string }) => each.name === item.name);
        if (same === undefined) into[key].push(item);
        else merge(same, item, isStrategic);
      }
    } else if (typeof value === "object" && !Array.isArray(value)) {
      into[key] ??= {};
      merge(into[key], value, isStrategic);
    } else into[key] = value;
  }
}

function status(code: number, reason: string, message = reason): Response {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code };
  return Response.json(body, { status: code });
}

const VERBS = ["get", "list", "create", "update", "patch", "delete"];

function discovery(path: string): unknown {
  const groups = [...new Set(KINDS.map(([, , groupVersion]) => groupVersion))];
  if (path === "/version") return { major: "1", minor: "35", gitVersion: "v1.35.0" };
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") {
    return {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: groups.filter((each) => each !== "v1").map((groupVersion) => {
        const version = { groupVersion, version: "v1" };
        return { name: groupVersion.split("/")[0], versions: [version], preferredVersion: version };
      }),
    };
  }
  // What kubectl wants to know before it applies: that the server checks fields by itself.
  if (path === "/openapi/v3") {
    return {
      paths: Object.fromEntries(groups.map((each) => {
        const at = each === "v1" ? "api/v1" : `apis/${each}`;
        return [at, { serverRelativeURL: `/openapi/v3/${at}` }];
      })),
    };
  }
  const groupVersion = path.replace("/openapi/v3", "").replace(/^\/apis?\//, "");
  const kinds = KINDS.filter((each) => each[2] === groupVersion);
  if (kinds.length === 0) return undefined;
  if (path.startsWith("/openapi/v3")) {
    const [group, version] = groupVersion === "v1" ? ["", "v1"] : groupVersion.split("/");
    return {
      openapi: "3.0.0",
      info: { title: "Kubernetes", version: "v1.35.0" },
      paths: Object.fromEntries(kinds.map(([plural, kind]) => [`/${plural}/{name}`, {
        patch: {
          parameters: [{ name: "fieldValidation", in: "query" }, { name: "dryRun", in: "query" }],
          "x-kubernetes-group-version-kind": { group, version, kind },
          responses: {},
        },
      }])),
    };
  }
  if (!/^\/apis?\/(?:[^/]+\/)?v1$/.test(path)) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion,
    resources: kinds.flatMap(([name, kind]) => [
      {
        name,
        singularName: kind.toLowerCase(),
        namespaced: kind !== "Namespace",
        kind,
        verbs: VERBS,
      },
      ...kind === "Deployment"
        ? [{
          ...{ name: `${name}/scale`, singularName: "", namespaced: true, kind: "Scale" },
          ...{ group: "autoscaling", version: "v1", verbs: VERBS },
        }]
        : [],
    ]),
  };
}
