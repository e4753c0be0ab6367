/**
 * Objects of the Kubernetes API, as far as they are looked at.
 *
 * Kinds and fields as of Kubernetes 1.35: kubernetes.io/docs/reference/kubernetes-api.
 *
 * @module
 */

/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>;

/** What every object has. */
export interface Metadata {
  /** Its name. */
  readonly name: string;
  /** When it was made. */
  readonly creationTimestamp?: string | undefined;
  /** When it is to be gone. */
  readonly deletionTimestamp?: string | undefined;
  /** Its labels. */
  readonly labels: Labels;
}

/** What is true of an object, in its own words. */
export interface Condition {
  /** What. */
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  /** Why, in a word. */
  readonly reason?: string | undefined;
  /** Why, in a sentence. */
  readonly message?: string | undefined;
}

/** What selects by labels. */
export interface Selector {
  /** Labels it wants. */
  readonly matchLabels: Labels;
  /** What else it wants. */
  readonly matchExpressions?: readonly unknown[] | undefined;
}

/** `v1` Namespace. */
export interface Namespace {
  /** What every object has. */
  readonly metadata: Metadata;
}

/** `apps/v1` Deployment. */
export interface Deployment {
  /** What every object has. */
  readonly metadata: Metadata;
  /** What is wanted. */
  readonly spec: {
    readonly replicas: number;
    readonly paused: boolean;
    readonly strategy: { readonly type: string };
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly resources: { readonly limits: Labels };
        }[];
      };
    };
  };
  /** What is. */
  readonly status: { readonly conditions: readonly Condition[] };
}

/** A container of a Pod, as it is. */
export interface ContainerStatus {
  /** Its name. */
  readonly name: string;
  /** Its image. */
  readonly image: string;
  /** Whether it is ready. */
  readonly ready: boolean;
  /** How often it was started again. */
  readonly restartCount: number;
  /** What it does. */
  readonly state: ContainerState;
  /** What it did before it was started again. */
  readonly lastState: ContainerState;
}

/** One of three. */
export interface ContainerState {
  /** It waits. */
  readonly waiting?:
    | { readonly reason?: string | undefined; readonly message?: string | undefined }
    | undefined;
  /** It runs. */
  readonly running?: { readonly startedAt?: string | undefined } | undefined;
  /** It has ended. */
  readonly terminated?: {
    readonly reason?: string | undefined;
    readonly exitCode?: number | undefined;
    readonly finishedAt?: string | undefined;
  } | undefined;
}

/** `v1` Pod. */
export interface Pod {
  /** What every object has. */
  readonly metadata: Metadata;
  /** What is wanted. */
  readonly spec: { readonly nodeName?: string | undefined };
  /** What is. */
  readonly status: {
    readonly phase: string;
    readonly reason?: string | undefined;
    readonly message?: string | undefined;
    readonly conditions: readonly Condition[];
    readonly containerStatuses: readonly ContainerStatus[];
  };
}

/** `v1` PersistentVolumeClaim. */
export interface Claim {
  /** What every object has. */
  readonly metadata: Metadata;
  /** What is. */
  readonly status: { readonly phase: string; readonly conditions: readonly Condition[] };
}

/** `batch/v1` CronJob. */
export interface CronJob {
  /** What every object has. */
  readonly metadata: Metadata;
  /** What is wanted. */
  readonly spec: { readonly suspend: boolean };
  /** What is. */
  readonly status: { readonly lastSuccessfulTime?: string | undefined };
}

/** `v1` Service. */
export interface Service {
  /** What every object has. */
  readonly metadata: Metadata;
  /** What is wanted. */
  readonly spec: { readonly type: string; readonly selector: Labels };
}

/** Who may connect, by a NetworkPolicy. */
export interface Peer {
  /** Addresses. */
  readonly ipBlock?: { readonly cidr: string } | undefined;
  /** Namespaces. */
  readonly namespaceSelector?: Selector | undefined;
  /** Pods of those namespaces, or of the policy's own. */
  readonly podSelector?: Selector | undefined;
}

/** What a NetworkPolicy lets in. */
export interface IngressRule {
  /** From whom; nobody named is everybody. */
  readonly from: readonly Peer[];
  /** To which ports; none named is all. */
  readonly ports: readonly {
    readonly port?: number | string | undefined;
    readonly endPort?: number | undefined;
  }[];
}

/** `networking.k8s.io/v1` NetworkPolicy. */
export interface NetworkPolicy {
  /** What every object has. */
  readonly metadata: Metadata;
  /** What is wanted. */
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress: readonly IngressRule[];
  };
}

/** `v1` Event. */
export interface ClusterEvent {
  /** `Normal` or `Warning`. */
  readonly type: string;
  /** What happened, in a word. */
  readonly reason: string;
  /** What happened, in a sentence. */
  readonly message: string;
  /** To whom. */
  readonly involvedObject: { readonly kind: string; readonly name: string };
  /** When, of the older kind of event. */
  readonly lastTimestamp?: string | null | undefined;
  /** When, of the newer. */
  readonly eventTime?: string | null | undefined;
}

/** A `v1` Secret, without anything of what it holds. */
export interface SecretSeen {
  /** Its name. */
  readonly name: string;
  /** How many keys it has. */
  readonly keys: number;
}
