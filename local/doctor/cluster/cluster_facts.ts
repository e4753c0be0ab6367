/**
 * Everything a cluster is judged by: objects of the Kubernetes API, as far as they are looked at.
 *
 * Kinds and fields as of Kubernetes 1.35: kubernetes.io/docs/reference/kubernetes-api.
 *
 * @module
 */
import { z } from "zod";

const CONDITIONS = z.array(z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
})).default([]);

const LABELS = z.record(z.string(), z.string()).default({});

const METADATA = z.object({
  name: z.string(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: LABELS,
});

const SELECTOR = z.object({
  matchLabels: LABELS,
  matchExpressions: z.array(z.unknown()).optional(),
});

const CONTAINER_STATE = z.object({
  waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  running: z.object({ startedAt: z.string().optional() }).optional(),
  terminated: z.object({
    reason: z.string().optional(),
    exitCode: z.number().optional(),
    finishedAt: z.string().optional(),
  }).optional(),
}).default({});

/** `apps/v1` Deployment. */
export const DEPLOYMENT = z.object({
  metadata: METADATA,
  spec: z.object({
    replicas: z.number().default(1),
    paused: z.boolean().default(false),
    strategy: z.object({ type: z.string().default("RollingUpdate") }).prefault({}),
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({
          name: z.string(),
          resources: z.object({ limits: z.record(z.string(), z.string()).default({}) }).prefault(
            {},
          ),
        })),
      }),
    }),
  }),
  status: z.object({ conditions: CONDITIONS }).prefault({}),
});

/** `v1` Pod. */
export const POD = z.object({
  metadata: METADATA,
  spec: z.object({ nodeName: z.string().optional() }).prefault({}),
  status: z.object({
    phase: z.string().default("Unknown"),
    reason: z.string().optional(),
    message: z.string().optional(),
    conditions: CONDITIONS,
    containerStatuses: z.array(z.object({
      name: z.string(),
      image: z.string(),
      ready: z.boolean(),
      restartCount: z.number(),
      state: CONTAINER_STATE,
      lastState: CONTAINER_STATE,
    })).default([]),
  }).prefault({}),
});

/** `v1` PersistentVolumeClaim. */
export const CLAIM = z.object({
  metadata: METADATA,
  status: z.object({ phase: z.string().default("Pending"), conditions: CONDITIONS }).prefault({}),
});

/** `batch/v1` CronJob. */
export const CRON_JOB = z.object({
  metadata: METADATA,
  spec: z.object({ suspend: z.boolean().default(false) }),
  status: z.object({ lastSuccessfulTime: z.string().optional() }).prefault({}),
});

/** `v1` Service. */
export const SERVICE = z.object({
  metadata: METADATA,
  spec: z.object({ type: z.string().default("ClusterIP"), selector: LABELS }),
});

/** `networking.k8s.io/v1` NetworkPolicy. */
export const NETWORK_POLICY = z.object({
  metadata: METADATA,
  spec: z.object({
    podSelector: SELECTOR.prefault({}),
    policyTypes: z.array(z.string()).default(["Ingress"]),
    ingress: z.array(z.object({
      from: z.array(z.object({
        ipBlock: z.object({ cidr: z.string() }).optional(),
        namespaceSelector: SELECTOR.optional(),
        podSelector: SELECTOR.optional(),
      })).default([]),
      ports: z.array(z.object({
        port: z.union([z.number(), z.string()]).optional(),
        endPort: z.number().optional(),
      })).default([]),
    })).default([]),
  }),
});

/** `v1` Event. */
export const EVENT = z.object({
  type: z.string().default("Normal"),
  reason: z.string().default(""),
  message: z.string().default(""),
  involvedObject: z.object({ kind: z.string().default(""), name: z.string().default("") }),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

/** `v1` Namespace. */
export const NAMESPACE = z.object({ metadata: METADATA });

/** A Secret, without anything of what it holds. */
export interface SecretSeen {
  /** Its name. */
  readonly name: string;
  /** How many keys it has. */
  readonly keys: number;
}

/** What the API server answered; `refused` where it may not be asked. */
export type Asked<T> = { readonly items: readonly T[] } | { readonly refused: string };

/** What is known of a cluster. */
export interface ClusterFacts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** How this namespace of this cluster is spoken to. */
  readonly kubectl: string;
  /** Where the manifests are, without a slash at its end. */
  readonly manifests: string;
  /** The namespace. */
  readonly namespace: string;
  /** Why nothing can be asked; `undefined` where it can. */
  readonly error: { readonly text: string; readonly kind: "kubectl" | "server" } | undefined;
  /** The namespace itself; none where there is none. */
  readonly namespaces: Asked<z.infer<typeof NAMESPACE>>;
  /** Its Deployments. */
  readonly deployments: Asked<z.infer<typeof DEPLOYMENT>>;
  /** Its Pods. */
  readonly pods: Asked<z.infer<typeof POD>>;
  /** Its PersistentVolumeClaims. */
  readonly claims: Asked<z.infer<typeof CLAIM>>;
  /** Its CronJobs. */
  readonly cronJobs: Asked<z.infer<typeof CRON_JOB>>;
  /** Its Services. */
  readonly services: Asked<z.infer<typeof SERVICE>>;
  /** Its NetworkPolicies. */
  readonly policies: Asked<z.infer<typeof NETWORK_POLICY>>;
  /** Its Events. */
  readonly events: Asked<z.infer<typeof EVENT>>;
  /** Its Secrets, by name. */
  readonly secrets: Asked<SecretSeen>;
}
