/**
 * Rules about each pod by itself: the restricted Pod Security profile
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/) and what we ask beyond it.
 *
 * @module
 */
import { type Json, type KubeObject, type MadePod, madePods } from "./kube_object.ts";

const RESTRICTED_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What is wrong with the pods, a sentence each. */
export function podFaults(objects: readonly KubeObject[]): readonly string[] {
  return madePods(objects).flatMap((pod) =>
    [...restricted(pod), ...beyond(pod), ...volumes(pod), ...probes(pod)].map((fault) =>
      `${pod.owner}: ${fault}`
    )
  );
}

function* restricted({ spec }: MadePod): Generator<string> {
  for (const name of ["hostNetwork", "hostPID", "hostIPC"]) {
    if (spec[name]) yield `${name} is set, must not be`;
  }
  for (const volume of spec.volumes ?? []) {
    const kind = Object.keys(volume).find((key) => key !== "name") ?? "nothing";
    if (!RESTRICTED_VOLUMES.includes(kind)) yield `volume ${volume.name} is a ${kind}`;
  }
  for (const container of containersOf(spec)) {
    const context = { ...spec.securityContext, ...container.securityContext };
    const fault = (text: string) => `container ${container.name} ${text}`;
    if (context.privileged) yield fault("is privileged");
    if (context.runAsNonRoot !== true) yield fault("may run as root, must have runAsNonRoot");
    if (context.runAsUser === 0) yield fault("runs as user 0");
    if (context.allowPrivilegeEscalation !== false) yield fault("may gain privileges");
    if (!context.capabilities?.drop?.includes("ALL")) yield fault("keeps capabilities");
    const added = context.capabilities?.add ?? [];
    if (added.some((name: string) => name !== "NET_BIND_SERVICE")) yield fault("adds capabilities");
    if (!["RuntimeDefault", "Localhost"].includes(context.seccompProfile?.type)) {
      yield fault("has no seccomp profile");
    }
    for (const port of container.ports ?? []) {
      if (port.hostPort !== undefined) yield fault(`takes the node's port ${port.hostPort}`);
    }
  }
}

function* beyond({ spec }: MadePod): Generator<string> {
  if (spec.automountServiceAccountToken !== false) yield "gets a token of the API server";
  if (spec.enableServiceLinks !== false) yield "gets every Service as variables";
  for (const container of containersOf(spec)) {
    const fault = (text: string) => `container ${container.name} ${text}`;
    if (container.securityContext?.readOnlyRootFilesystem !== true) {
      yield fault("has a root that can be written to");
    }
    const { requests, limits } = container.resources ?? {};
    if (requests?.cpu === undefined) yield fault("requests no CPU");
    if (requests?.memory === undefined) yield fault("requests no memory");
    if (limits?.memory === undefined) yield fault("has no memory limit");
    const image = String(container.image);
    const isPinned = /@sha256:[0-9a-f]{64}$/.test(image) || /:[^/:]+$/.test(image);
    if (!isPinned || image.endsWith(":latest")) yield fault(`has the floating image "${image}"`);
    for (const variable of container.env ?? []) {
      if (variable.valueFrom?.secretKeyRef !== undefined) {
        yield fault(`has a secret in the variable ${variable.name}, must be a file`);
      }
    }
  }
}

function* volumes({ spec }: MadePod): Generator<string> {
  const names = new Set((spec.volumes ?? []).map(({ name }: Json) => name));
  const used = new Set<string>();
  for (const container of containersOf(spec)) {
    const paths = new Set<string>();
    for (const { name, mountPath } of container.volumeMounts ?? []) {
      used.add(name);
      if (!names.has(name)) yield `container ${container.name} mounts "${name}", no such volume`;
      if (paths.has(mountPath)) yield `container ${container.name} mounts ${mountPath} twice`;
      paths.add(mountPath);
    }
  }
  for (const name of names) if (!used.has(String(name))) yield `volume ${name} is mounted nowhere`;
  for (const volume of spec.volumes ?? []) {
    if (volume.emptyDir !== undefined && volume.emptyDir?.sizeLimit === undefined) {
      yield `volume ${volume.name} has no sizeLimit`;
    }
  }
}

function* probes({ object, spec }: MadePod): Generator<string> {
  for (const container of containersOf(spec)) {
    if (object.kind === "Deployment" && container.livenessProbe === undefined) {
      yield `container ${container.name} has no livenessProbe`;
    }
    const names = (container.ports ?? []).map(({ name }: Json) => name);
    for (const kind of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      const port = container[kind]?.httpGet?.port;
      if (port !== undefined && !names.includes(port)) {
        yield `container ${container.name} has a ${kind} for port "${port}", which it does not have`;
      }
    }
  }
}

function containersOf(spec: Json): readonly Json[] {
  return [...spec.containers, ...(spec.initContainers ?? [])];
}
