/**
 * Rules about objects together: what one names, another must be.
 *
 * @module
 */
import { cronFault } from "./cron.ts";
import { hasLabels, type Json, type KubeObject, madePods, nameOf, portsOf } from "./kube_object.ts";

const CLUSTER_WIDE = ["Namespace"];
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * What is wrong between the objects, a sentence each.
 *
 * @param objects Everything that is applied.
 * @param given Objects that somebody else makes, as `Kind name`.
 */
export function objectFaults(
  objects: readonly KubeObject[],
  given: readonly string[] = [],
): readonly string[] {
  return [
    ...identities(objects),
    ...references(objects, given),
    ...selectors(objects),
    ...backends(objects),
    ...policies(objects),
    ...schedules(objects),
    ...strategies(objects),
    ...sharedClaims(objects),
  ];
}

function* identities(objects: readonly KubeObject[]): Generator<string> {
  const seen = new Set<string>();
  for (const object of objects) {
    const { kind, metadata } = object;
    const name = String(metadata?.name);
    const rule = kind === "Service" ? LABEL : SUBDOMAIN;
    const longest = kind === "CronJob" ? 52 : kind === "Service" ? 63 : 253;
    if (!rule.test(name)) yield `${nameOf(object)}: is no name for it (RFC 1123)`;
    if (name.length > longest) yield `${nameOf(object)}: its name is longer than ${longest}`;
    const key = `${nameOf(object)} ${metadata?.namespace}`;
    if (seen.has(key)) yield `${nameOf(object)}: is there twice`;
    seen.add(key);
    if (!CLUSTER_WIDE.includes(kind) && metadata?.namespace === undefined) {
      yield `${nameOf(object)}: has no namespace`;
    }
  }
}

function* references(
  objects: readonly KubeObject[],
  given: readonly string[],
): Generator<string> {
  const known = new Set([...objects.map(nameOf), ...given]);
  for (const { kind, spec, metadata } of objects) {
    if (kind === "ExternalSecret") known.add(`Secret ${spec.target?.name ?? metadata.name}`);
  }
  for (const { owner, spec } of madePods(objects)) {
    const wanted: string[] = [];
    if (spec.serviceAccountName !== undefined) {
      wanted.push(`ServiceAccount ${spec.serviceAccountName}`);
    }
    for (const { persistentVolumeClaim, configMap, secret, projected } of spec.volumes ?? []) {
      if (persistentVolumeClaim) {
        wanted.push(`PersistentVolumeClaim ${persistentVolumeClaim.claimName}`);
      }
      if (configMap) wanted.push(`ConfigMap ${configMap.name}`);
      if (secret) wanted.push(`Secret ${secret.secretName}`);
      for (const source of projected?.sources ?? []) {
        if (source.configMap) wanted.push(`ConfigMap ${source.configMap.name}`);
        if (source.secret) wanted.push(`Secret ${source.secret.name}`);
      }
    }
    for (const { envFrom = [], env = [] } of spec.containers) {
      for (const { configMapRef, secretRef } of envFrom) {
        if (configMapRef) wanted.push(`ConfigMap ${configMapRef.name}`);
        if (secretRef) wanted.push(`Secret ${secretRef.name}`);
      }
      for (const { valueFrom } of env) {
        if (valueFrom?.configMapKeyRef) wanted.push(`ConfigMap ${valueFrom.configMapKeyRef.name}`);
      }
    }
    for (const name of wanted) {
      if (!known.has(name)) yield `${owner}: names ${name}, which is not there`;
    }
  }
}

function* selectors(objects: readonly KubeObject[]): Generator<string> {
  const pods = madePods(objects);
  const matchesAny = (wanted: Json) => pods.some(({ labels }) => hasLabels(labels, wanted));
  for (const object of objects) {
    const { kind, spec } = object;
    const fault = (text: string) => `${nameOf(object)}: ${text}`;
    if (kind === "Deployment") {
      const labels = spec.template?.metadata?.labels;
      if (!hasLabels(labels, spec.selector?.matchLabels)) {
        yield fault("does not select its own pods");
      }
    }
    if (kind === "Service" && !matchesAny(spec.selector)) yield fault("selects no pod");
    if (kind === "PodDisruptionBudget" && !matchesAny(spec.selector?.matchLabels)) {
      yield fault("selects no pod");
    }
    if (kind === "NetworkPolicy" && !matchesAny(spec.podSelector?.matchLabels)) {
      yield fault("selects no pod");
    }
    if (kind === "ServiceMonitor") {
      const services = objects.filter((other) =>
        other.kind === "Service" && hasLabels(other.metadata.labels, spec.selector?.matchLabels)
      );
      if (services.length === 0) yield fault("selects no Service");
      const ports = services.flatMap((service) => service.spec.ports.map(({ name }: Json) => name));
      for (const { port } of spec.endpoints) {
        if (!ports.includes(port)) yield fault(`scrapes port "${port}", which no Service has`);
      }
    }
  }
  for (const { owner, spec } of pods) {
    const terms = spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const { labelSelector } of terms) {
      if (!matchesAny(labelSelector?.matchLabels)) {
        yield `${owner}: wants to be near no pod there is`;
      }
    }
  }
}

function* backends(objects: readonly KubeObject[]): Generator<string> {
  const pods = madePods(objects);
  for (const object of objects) {
    if (object.kind === "Service") {
      // One that selects nothing is caught already.
      if (!pods.some(({ labels }) => hasLabels(labels, object.spec.selector))) continue;
      for (const { targetPort, port } of object.spec.ports) {
        const target = targetPort ?? port;
        const isThere = pods.some(({ labels, spec }) =>
          hasLabels(labels, object.spec.selector) && portsOf(spec).has(target)
        );
        if (!isThere) yield `${nameOf(object)}: leads to port "${target}", which no pod has`;
      }
    }
    for (const { name, port } of backendsOf(object)) {
      const service = objects.find((other) =>
        other.kind === "Service" && other.metadata.name === name
      );
      if (service === undefined) {
        yield `${nameOf(object)}: leads to Service ${name}, which is not there`;
      } else if (!service.spec.ports.some((one: Json) => one.name === port || one.port === port)) {
        yield `${
          nameOf(object)
        }: leads to port "${port}" of Service ${name}, which it does not have`;
      }
    }
    if (object.kind === "IngressRoute") {
      for (const { priority, middlewares = [] } of object.spec.routes) {
        if (priority === undefined) yield `${nameOf(object)}: a route has no priority`;
        for (const { name } of middlewares) {
          const isThere = objects.some((other) => nameOf(other) === `Middleware ${name}`);
          if (!isThere) yield `${nameOf(object)}: names Middleware ${name}, which is not there`;
        }
      }
    }
  }
}

function backendsOf(
  { kind, spec }: KubeObject,
): readonly { name: string; port: string | number }[] {
  switch (kind) {
    case "Ingress":
      return spec.rules.flatMap(({ http }: Json) =>
        http.paths.map(({ backend }: Json) => ({
          name: backend.service.name,
          port: backend.service.port.name ?? backend.service.port.number,
        }))
      );
    case "IngressRoute":
      return spec.routes.flatMap(({ services }: Json) => services);
    case "HTTPRoute":
      return spec.rules.flatMap(({ backendRefs }: Json) => backendRefs);
    default:
      return [];
  }
}

function* policies(objects: readonly KubeObject[]): Generator<string> {
  const pods = madePods(objects);
  for (const object of objects.filter(({ kind }) => kind === "NetworkPolicy")) {
    const { podSelector, ingress = [], policyTypes = [] } = object.spec;
    const selected = pods.filter(({ labels }) => hasLabels(labels, podSelector?.matchLabels));
    for (const { ports = [], from = [] } of ingress) {
      if (from.length === 0) yield `${nameOf(object)}: lets in everybody`;
      for (const { port } of ports) {
        const isThere = selected.some(({ spec }) => portsOf(spec).has(port));
        if (!isThere && selected.length > 0) {
          yield `${nameOf(object)}: opens port ${port}, which no pod has`;
        }
      }
    }
    for (const type of ["ingress", "egress"]) {
      const isSaid = policyTypes.includes(type === "ingress" ? "Ingress" : "Egress");
      if (object.spec[type] !== undefined && !isSaid) {
        yield `${nameOf(object)}: has ${type} rules that policyTypes does not name`;
      }
    }
  }
}

function* schedules(objects: readonly KubeObject[]): Generator<string> {
  for (const object of objects.filter(({ kind }) => kind === "CronJob")) {
    const { schedule, concurrencyPolicy, startingDeadlineSeconds, jobTemplate } = object.spec;
    const fault = (text: string) => `${nameOf(object)}: ${text}`;
    const cron = cronFault(String(schedule));
    if (cron !== undefined) yield fault(`its schedule ${cron}`);
    if (concurrencyPolicy !== "Forbid") yield fault("may run beside itself, must Forbid it");
    if (!(startingDeadlineSeconds >= 10)) {
      yield fault("startingDeadlineSeconds must be 10 at least, or it may never start");
    }
    if (jobTemplate.spec.activeDeadlineSeconds === undefined) yield fault("may run for ever");
  }
}

function* strategies(objects: readonly KubeObject[]): Generator<string> {
  for (const object of objects.filter(({ kind }) => kind === "Deployment")) {
    const claims: string[] = (object.spec.template.spec.volumes ?? []).flatMap((volume: Json) =>
      volume.persistentVolumeClaim?.claimName ?? []
    );
    const isShared = claims.every((name) =>
      objects.find((other) => nameOf(other) === `PersistentVolumeClaim ${name}`)
        ?.spec.accessModes.includes("ReadWriteMany")
    );
    if (claims.length > 0 && !isShared && object.spec.strategy?.type !== "Recreate") {
      yield `${nameOf(object)}: has a ReadWriteOnce volume, must be of type Recreate`;
    }
  }
}

/** A runtime gives a volume the SELinux label of the pod it starts: pods that share one need the same. */
function* sharedClaims(objects: readonly KubeObject[]): Generator<string> {
  const mounts = madePods(objects).flatMap(({ owner, spec }) =>
    (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }: Json) =>
      persistentVolumeClaim === undefined ? [] : [{
        owner,
        claim: persistentVolumeClaim.claimName,
        level: spec.securityContext?.seLinuxOptions?.level,
      }]
    )
  );
  for (const [claim, pods] of Map.groupBy(mounts, ({ claim }) => claim)) {
    const levels = new Set(pods.map(({ level }) => level));
    if (pods.length > 1 && (levels.size > 1 || levels.has(undefined))) {
      const owners = pods.map(({ owner }) => owner).join(", ");
      yield `PersistentVolumeClaim ${claim}: ${owners} need one seLinuxOptions.level`;
    }
  }
}
