/**
 * Kubernetes objects as plain values, and the questions the rules ask of them.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- what a manifest must be is what the rules find out
export type Json = any;

/** An object. */
export interface KubeObject {
  /** Its group and version. */
  readonly apiVersion: string;
  /** Its kind. */
  readonly kind: string;
  /** Name, namespace, labels. */
  readonly metadata: Json;
  /** Everything else. */
  readonly [field: string]: Json;
}

/** A pod that an object makes. */
export interface MadePod {
  /** Who makes it, as `Kind name`. */
  readonly owner: string;
  /** The object that makes it. */
  readonly object: KubeObject;
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its spec. */
  readonly spec: Json;
}

/** `Kind name`. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata?.name}`;
}

/** Every pod that the objects make. */
export function madePods(objects: readonly KubeObject[]): readonly MadePod[] {
  return objects.flatMap((object) => {
    const template = object.kind === "CronJob"
      ? object.spec?.jobTemplate?.spec?.template
      : object.kind === "Pod"
      ? object
      : object.spec?.template;
    if (template?.spec?.containers === undefined) return [];
    const labels = template.metadata?.labels ?? {};
    return [{ owner: nameOf(object), object, labels, spec: template.spec }];
  });
}

/** Whether labels have all that `wanted` says. */
export function hasLabels(
  labels: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels?.[key] === value);
}

/** The numbers and names of a pod's ports. */
export function portsOf(spec: Json): ReadonlySet<string | number> {
  const ports: Json[] = spec.containers.flatMap((container: Json) => container.ports ?? []);
  return new Set(ports.flatMap(({ name, containerPort }) => [name, containerPort]));
}
