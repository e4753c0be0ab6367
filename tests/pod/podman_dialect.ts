/**
 * What of a rendered kustomization `podman kube play` can run, and the few things it does
 * differently from a cluster:
 *
 * - it calls probes through systemd timers and curl, so the tests call them instead (`kubelet.ts`);
 * - an emptyDir in memory becomes a directory on disk that only root may write to, so it is a tmpfs
 *   of the machine, with the mode kubelet gives it;
 * - podman gives a new volume to the container's user, where kubelet gives it to `fsGroup` alone, so
 *   the tests do that (`warm_pod.ts`);
 * - podman 4.3 shows a container the base64 of a Secret, so the tests ask the container for the token;
 * - podman 4.3 knows a seccomp profile of the node by the annotation that came before the field;
 * - it knows no CronJob, so a job's pod is played by itself.
 *
 * Nothing else is touched: users, capabilities, read-only roots, volumes, variables and arguments are
 * those of the manifests.
 *
 * @module
 */
import { parseAllDocuments } from "yaml";

/** A Kubernetes object, as far as the tests look into it. */
export interface KubeObject {
  /** Its kind, such as `Deployment`. */
  readonly kind: string;
  /** Its name, and more. */
  readonly metadata: { readonly name: string };
  /** Everything else. */
  // deno-lint-ignore no-explicit-any -- what manifests must be is tested elsewhere, not by types
  readonly [field: string]: any;
}

const SECCOMP_ANNOTATION = "container.seccomp.security.alpha.kubernetes.io";

/** Reads rendered manifests. */
export function readObjects(rendered: string): readonly KubeObject[] {
  return parseAllDocuments(rendered).map((document) => document.toJS() as KubeObject);
}

/** Finds one object by kind and the end of its name, since the tests put a prefix before it. */
export function findObject(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.find((object) =>
    object.kind === kind && (object.metadata.name === name || object.metadata.name.endsWith(name))
  );
  if (found === undefined) throw new Error(`No ${kind} "${name}" was rendered`);
  return found;
}

/** What the pod finds on the machine. */
export interface PlaySurroundings {
  /** A directory on a tmpfs, writable for everyone. */
  readonly sharedMemory: string;
  /** Names the pod can look up, beside its own. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** The Deployment and everything it mounts; volumes only where they are new. */
export function playableDeployment(
  objects: readonly KubeObject[],
  surroundings: PlaySurroundings,
  hasVolumes: boolean,
): readonly KubeObject[] {
  const mounted = objects.filter(({ kind }) =>
    kind === "ConfigMap" || kind === "Secret" || (kind === "PersistentVolumeClaim" && !hasVolumes)
  );
  const deployment = structuredClone(findObject(objects, "Deployment", "chrome-service"));
  const { template } = deployment.spec;
  speakPodman(template.spec, surroundings);
  for (const { name, securityContext } of template.spec.containers) {
    const profile = securityContext.seccompProfile?.localhostProfile;
    if (profile === undefined) continue;
    template.metadata.annotations[`${SECCOMP_ANNOTATION}/${name}`] = `localhost/${profile}`;
  }
  return [...mounted, deployment];
}

/** One run of a CronJob, as a Pod; its volumes must be there already. */
export function playableJob(
  objects: readonly KubeObject[],
  cronJob: string,
  surroundings: PlaySurroundings,
  args?: readonly string[],
): readonly KubeObject[] {
  const { metadata, spec } = structuredClone(findObject(objects, "CronJob", cronJob));
  const { template } = spec.jobTemplate.spec;
  speakPodman(template.spec, surroundings);
  if (args !== undefined) template.spec.containers[0].args = args;
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${metadata.name}-job`, labels: template.metadata.labels },
    spec: template.spec,
  };
  return [...objects.filter(({ kind }) => kind === "ConfigMap"), pod];
}

// deno-lint-ignore no-explicit-any -- a pod's spec
function speakPodman(spec: any, { sharedMemory, hosts = {} }: PlaySurroundings): void {
  for (const container of spec.containers) {
    delete container.startupProbe;
    delete container.livenessProbe;
    delete container.readinessProbe;
  }
  for (const volume of spec.volumes) {
    if (volume.emptyDir?.medium !== "Memory") continue;
    delete volume.emptyDir;
    volume.hostPath = { path: sharedMemory, type: "Directory" };
  }
  spec.hostAliases = Object.entries(hosts).map(([name, ip]) => ({ ip, hostnames: [name] }));
}
