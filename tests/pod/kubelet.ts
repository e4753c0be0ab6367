/**
 * The part of kubelet that asks: calls the probes that the manifests name, as they name them.
 *
 * @module
 */
import type { KubeObject } from "./podman_dialect.ts";

/** A kind of probe. */
export type ProbeKind = "startupProbe" | "livenessProbe" | "readinessProbe";

/** What a probe answered. */
export interface ProbeAnswer {
  /** The container. */
  readonly container: string;
  /** Whether kubelet would call it a success: 200 to 399. */
  readonly isFine: boolean;
  /** The answer's text, or why there was none. */
  readonly text: string;
}

/** Calls one probe of one container; `undefined` where the container has none of this kind. */
export async function callProbe(
  deployment: KubeObject,
  container: string,
  kind: ProbeKind,
  ip: string,
): Promise<ProbeAnswer | undefined> {
  const spec = deployment.spec.template.spec.containers.find(
    ({ name }: { name: string }) => name === container,
  );
  if (spec === undefined) throw new Error(`No container "${container}"`);
  const probe = spec[kind];
  if (probe === undefined) return undefined;
  const { path, port } = probe.httpGet;
  const number = spec.ports.find(({ name }: { name: string }) => name === port)?.containerPort;
  const timeoutMs = probe.timeoutSeconds * 1_000;
  try {
    const response = await fetch(`http://${ip}:${number}${path}`, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "manual",
    });
    const text = await response.text();
    return { container, isFine: response.status >= 200 && response.status < 400, text };
  } catch (error) {
    return { container, isFine: false, text: String(error) };
  }
}

/** The probes of a kind, in every container that has one. */
export async function callProbes(
  deployment: KubeObject,
  kind: ProbeKind,
  ip: string,
): Promise<readonly ProbeAnswer[]> {
  const containers: { name: string }[] = deployment.spec.template.spec.containers;
  const answers = await Promise.all(
    containers.map(({ name }) => callProbe(deployment, name, kind, ip)),
  );
  return answers.filter((answer) => answer !== undefined);
}
