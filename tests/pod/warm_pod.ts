/**
 * The pod of `k8s/base`, rendered by kubectl and run by podman, under names of its own.
 *
 * @module
 */
import { relative } from "node:path";
import { stringify } from "yaml";
import { eventually } from "../support/eventually.ts";
import { kustomize } from "../support/kubectl.ts";
import { ROOT } from "../support/program.ts";
import { callProbes } from "./kubelet.ts";
import type { PodImages } from "./local_images.ts";
import { podman, tryPodman } from "./podman.ts";
import {
  findObject,
  type KubeObject,
  playableDeployment,
  playableJob,
  readObjects,
} from "./podman_dialect.ts";

/** How to render the base. */
export interface WarmPodOptions {
  /** The images to run. */
  readonly images: PodImages;
  /** The snapshot's token. */
  readonly token: string;
  /** Components of `k8s/components` to add. */
  readonly components?: readonly string[];
  /** Variables added to `config.env`. */
  readonly config: Readonly<Record<string, string>>;
}

/** What came of a job. */
export interface JobResult {
  /** Its container's exit code. */
  readonly code: number;
  /** What it wrote. */
  readonly log: string;
}

/** The pod. */
export interface WarmPod extends AsyncDisposable {
  /** The rendered manifests. */
  readonly objects: readonly KubeObject[];
  /** The rendered Deployment. */
  readonly deployment: KubeObject;
  /** The running pod's address. */
  readonly ip: string;
  /** The machine, as the pod sees it. */
  readonly gateway: string;
  /** Starts it, on the volumes there are, and waits until every readiness probe is fine. */
  start(): Promise<void>;
  /** Deletes it as `kubectl delete pod` does; its volumes stay. */
  stop(): Promise<void>;
  /** Runs a CronJob's pod once. */
  runJob(cronJob: string, args?: readonly string[]): Promise<JobResult>;
  /** What a container wrote. */
  logs(container: string): Promise<string>;
  /** Runs a command in a container. */
  exec(container: string, ...command: readonly string[]): Promise<string>;
  /** The directory of a volume, on this machine. */
  volume(claim: string): Promise<string>;
}

/** Renders the base with a small overlay and gets ready to run it. */
export async function warmPod(options: WarmPodOptions): Promise<WarmPod> {
  const prefix = `hearth-test-${crypto.randomUUID().slice(0, 8)}-`;
  const work = await Deno.makeTempDir({ prefix: "hearth-pod-" });
  const sharedMemory = await Deno.makeTempDir({ dir: "/dev/shm", prefix });
  await Deno.chmod(sharedMemory, 0o1777);
  await Deno.writeTextFile(`${work}/kustomization.yaml`, overlay(prefix, work, options));
  // Where the sandbox component says that a node has it, below kubelet's directory.
  await Deno.mkdir(`${work}/seccomp`, { recursive: true });
  const profile = "hearth-chrome.json";
  await Deno.copyFile(
    `${ROOT}k8s/components/sandbox/seccomp/${profile}`,
    `${work}/seccomp/${profile}`,
  );
  const objects = readObjects(await kustomize(work));
  const deployment = findObject(objects, "Deployment", "chrome-service");
  const podName = `${deployment.metadata.name}-pod-0`;
  let hasVolumes = false;
  let address = { ip: "", gateway: "" };

  async function play(playable: readonly KubeObject[]): Promise<void> {
    const file = `${work}/play.yaml`;
    await Deno.writeTextFile(file, playable.map((object) => stringify(object)).join("---\n"));
    await podman("kube", "play", "--seccomp-profile-root", `${work}/seccomp`, file);
  }

  /** As kubelet does for `fsGroup`: the root of a volume stays root's, and the group may write. */
  async function shareVolumes(): Promise<void> {
    const { fsGroup } = deployment.spec.template.spec.securityContext;
    for (const { kind, metadata } of objects) {
      if (kind !== "PersistentVolumeClaim") continue;
      const path = await podman("volume", "inspect", metadata.name, "--format", "{{.Mountpoint}}");
      await Deno.chown(path, 0, fsGroup);
      await Deno.chmod(path, 0o2775);
    }
  }

  const pod: WarmPod = {
    objects,
    deployment,
    get ip() {
      return address.ip;
    },
    get gateway() {
      return address.gateway;
    },
    async start() {
      await play(playableDeployment(objects, { sharedMemory }, hasVolumes));
      if (!hasVolumes) await shareVolumes();
      hasVolumes = true;
      const infra = await podman("pod", "inspect", podName, "--format", "{{.InfraContainerID}}");
      const networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}} {{end}}";
      const [ip = "", gateway = ""] = (await podman("inspect", infra, "--format", networks)).split(
        " ",
      );
      address = { ip, gateway };
      await eventually("readiness of every container", async () => {
        const answers = await callProbes(deployment, "readinessProbe", ip);
        return answers.every(({ isFine }) => isFine);
      }, 120_000);
    },
    async stop() {
      const seconds = deployment.spec.template.spec.terminationGracePeriodSeconds;
      await podman("pod", "stop", "--time", String(seconds), podName);
      await podman("pod", "rm", podName);
    },
    async runJob(cronJob, args) {
      const hosts = { "chrome-service": address.ip };
      const playable = playableJob(objects, cronJob, { sharedMemory, hosts }, args);
      const job = playable.at(-1);
      const container = `${job?.metadata.name}-${job?.spec.containers[0].name}`;
      await play(playable);
      try {
        const code = Number((await tryPodman(["wait", container], 300_000)).stdout.trim());
        const { stdout, stderr } = await tryPodman(["logs", container]);
        return { code, log: stdout + stderr };
      } finally {
        await podman("pod", "rm", "--force", `${job?.metadata.name}`);
      }
    },
    async logs(container) {
      const { stdout, stderr } = await tryPodman(["logs", `${podName}-${container}`]);
      return stdout + stderr;
    },
    exec: (container, ...command) => podman("exec", `${podName}-${container}`, ...command),
    volume: (claim) =>
      podman("volume", "inspect", `${prefix}${claim}`, "--format", "{{.Mountpoint}}"),
    async [Symbol.asyncDispose]() {
      await tryPodman(["pod", "rm", "--force", "--time", "5", podName]);
      for (const kind of ["volume", "secret"]) {
        const names = await podman(kind, "ls", "--format", "{{.Name}}");
        const ours = names.split("\n").filter((name) => name.startsWith(prefix));
        if (ours.length > 0) await tryPodman([kind, "rm", ...ours]);
      }
      await Deno.remove(work, { recursive: true });
      await Deno.remove(sharedMemory, { recursive: true });
    },
  };
  return pod;
}

/** The overlay: our images, our token, our settings, and names that are nobody else's. */
function overlay(prefix: string, work: string, options: WarmPodOptions): string {
  const { images, token, config, components = [] } = options;
  const image = (name: string, newName: string) => {
    const [repository, tag] = newName.split(":");
    return { name, newName: repository, newTag: tag };
  };
  return stringify({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "chrome-service",
    namePrefix: prefix,
    resources: [relative(work, `${ROOT}k8s/base`)],
    components: components.map((name) => relative(work, `${ROOT}k8s/components/${name}`)),
    images: [
      image("localhost/hearth", images.hearth),
      image("localhost/hearth-chrome", images.chrome),
    ],
    configMapGenerator: [{
      name: "chrome-service-config",
      behavior: "merge",
      literals: Object.entries(config).map(([name, value]) => `${name}=${value}`),
    }],
    secretGenerator: [{
      name: "chrome-service-secrets",
      literals: [`api_bearer_token=${token}`],
      options: { disableNameSuffixHash: true },
    }],
  });
}
