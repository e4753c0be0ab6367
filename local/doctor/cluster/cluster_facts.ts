/**
 * Everything a cluster is judged by.
 *
 * @module
 */
import type {
  Claim,
  ClusterEvent,
  CronJob,
  Deployment,
  Namespace,
  NetworkPolicy,
  Pod,
  SecretSeen,
  Service,
} from "./api_objects.ts";

/** What the API server answered; `refused` where it may not be asked. */
export type Asked<T> = { readonly items: readonly T[] } | { readonly refused: string };

/** What is known of a cluster. */
export interface ClusterFacts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** How this namespace of this cluster is spoken to. */
  readonly kubectl: string;
  /** Where the manifests are, as a word of a command line, without a slash at its end. */
  readonly manifests: string;
  /** The namespace. */
  readonly namespace: string;
  /** Why nothing can be asked; `undefined` where it can. */
  readonly error: { readonly text: string; readonly kind: "kubectl" | "server" } | undefined;
  /** The namespace itself; none where there is none. */
  readonly namespaces: Asked<Namespace>;
  /** Its Deployments. */
  readonly deployments: Asked<Deployment>;
  /** Its Pods. */
  readonly pods: Asked<Pod>;
  /** Its PersistentVolumeClaims. */
  readonly claims: Asked<Claim>;
  /** Its CronJobs. */
  readonly cronJobs: Asked<CronJob>;
  /** Its Services. */
  readonly services: Asked<Service>;
  /** Its NetworkPolicies. */
  readonly policies: Asked<NetworkPolicy>;
  /** Its Events. */
  readonly events: Asked<ClusterEvent>;
  /** Its Secrets, by name. */
  readonly secrets: Asked<SecretSeen>;
}
