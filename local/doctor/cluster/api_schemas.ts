/**
 * Reads what the Kubernetes API answers: what a kind leaves out has the value that the API gives it.
 *
 * @module
 */
import { z } from "zod";
import type {
  Claim,
  ClusterEvent,
  CronJob,
  Deployment,
  Namespace,
  NetworkPolicy,
  Pod,
  Service,
} from "./api_objects.ts";

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
export const DEPLOYMENT: z.ZodType<Deployment> = z.object({
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
export const POD: z.ZodType<Pod> = z.object({
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
export const CLAIM: z.ZodType<Claim> = z.object({
  metadata: METADATA,
  status: z.object({ phase: z.string().default("Pending"), conditions: CONDITIONS }).prefault({}),
});

/** `batch/v1` CronJob. */
export const CRON_JOB: z.ZodType<CronJob> = z.object({
  metadata: METADATA,
  spec: z.object({ suspend: z.boolean().default(false) }),
  status: z.object({ lastSuccessfulTime: z.string().optional() }).prefault({}),
});

/** `v1` Service. */
export const SERVICE: z.ZodType<Service> = z.object({
  metadata: METADATA,
  spec: z.object({ type: z.string().default("ClusterIP"), selector: LABELS }),
});

/** `networking.k8s.io/v1` NetworkPolicy. */
export const NETWORK_POLICY: z.ZodType<NetworkPolicy> = z.object({
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
export const EVENT: z.ZodType<ClusterEvent> = z.object({
  type: z.string().default("Normal"),
  reason: z.string().default(""),
  message: z.string().default(""),
  involvedObject: z.object({ kind: z.string().default(""), name: z.string().default("") }),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

/** `v1` Namespace. */
export const NAMESPACE: z.ZodType<Namespace> = z.object({ metadata: METADATA });
