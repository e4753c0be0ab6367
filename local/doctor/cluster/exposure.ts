/**
 * Whether anybody reaches the browser who should not: CDP and the live view give every login.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { APP_LABELS, applyOne, type ClusterCheck, ofAsked, replaceOne } from "./cluster_check.ts";
import type { IngressRule, Labels, NetworkPolicy, Selector, Service } from "./api_objects.ts";
import type { ClusterFacts } from "./cluster_facts.ts";

/** CDP, its name, the live view and its. */
const GUARDED: readonly (number | string)[] = [9222, "cdp", 6080, "live-view"];

const POLICIES: Readonly<Record<string, string>> = {
  "default-deny": "network_policy_default_deny.yaml",
  "chrome-service-ws-ingress": "network_policy_cdp.yaml",
};

const SERVICES: Readonly<Record<string, string>> = {
  "chrome-service": "service_cdp.yaml",
  "chrome": "service_live_view.yaml",
  "chrome-snapshot": "service_snapshot.yaml",
};

/** Who may connect. */
export const POLICY: ClusterCheck = {
  name: "policies",
  okText: "nobody reaches CDP and the live view but who is named",
  judge: (facts) =>
    ofAsked(facts, facts.policies, (policies) => [
      ...Object.entries(POLICIES)
        .filter(([name]) => !policies.some(({ metadata }) => metadata.name === name))
        .map(([name, file]): Finding => ({
          text: `There is no networkpolicy/${name}: what it closes is open`,
          fix: applyOne(facts, file),
          about: [`networkpolicy/${name}`],
        })),
      ...policies.filter(isOpen).map((policy) => openPolicy(policy, facts)),
    ]),
};

/** Where it is listened on. */
export const SERVICE_CHECK: ClusterCheck = {
  name: "services",
  okText: "each Service leads to the pod, from inside the cluster alone",
  judge: (facts) =>
    ofAsked(facts, facts.services, (services) => [
      ...Object.entries(SERVICES).flatMap(([name, file]) => {
        const found = services.find(({ metadata }) => metadata.name === name);
        if (found !== undefined && selectsUs(found.spec.selector)) return [];
        return [{
          text: found === undefined
            ? `There is no service/${name}`
            : `service/${name} leads to other pods, or to none`,
          fix: found === undefined ? applyOne(facts, file) : replaceOne(facts, file),
          about: [`service/${name}`],
        }];
      }),
      ...services.filter(isOutside).map(({ metadata: { name }, spec: { type } }): Finding => ({
        text:
          `service/${name} is a ${type}: the browser is reached from outside the cluster, past ` +
          "the login",
        fix:
          `${facts.kubectl} patch service ${name} --type=merge -p '{"spec":{"type":"ClusterIP"}}'`,
        about: [`service/${name}`],
      })),
    ]),
};

function openPolicy({ metadata: { name } }: NetworkPolicy, facts: ClusterFacts): Finding {
  const file = POLICIES[name];
  return {
    text: `networkpolicy/${name} lets everybody reach CDP or the live view`,
    fix: file === undefined
      ? `${facts.kubectl} delete networkpolicy ${name}`
      : replaceOne(facts, file),
    about: [`networkpolicy/${name}`],
  };
}

function isOpen({ spec }: NetworkPolicy): boolean {
  if (!spec.policyTypes.includes("Ingress")) return false;
  const { matchLabels, matchExpressions = [] } = spec.podSelector;
  if (!selects(matchLabels) || matchExpressions.length > 0) return false;
  return spec.ingress.some((rule) => isGuarded(rule) && isForEverybody(rule));
}

function isGuarded({ ports }: IngressRule): boolean {
  return ports.length === 0 ||
    ports.some(({ port, endPort }) =>
      port === undefined || GUARDED.includes(port) ||
      (endPort !== undefined &&
        GUARDED.some((each) => typeof each === "number" && each >= Number(port) && each <= endPort))
    );
}

function isForEverybody({ from }: IngressRule): boolean {
  return from.length === 0 ||
    from.some(({ ipBlock, namespaceSelector, podSelector }) =>
      ipBlock !== undefined
        ? ipBlock.cidr.endsWith("/0")
        : namespaceSelector !== undefined && isEmpty(namespaceSelector) &&
          (podSelector === undefined || isEmpty(podSelector))
    );
}

function isEmpty({ matchLabels, matchExpressions = [] }: Selector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

function isOutside({ spec: { type, selector } }: Service): boolean {
  return selectsUs(selector) && (type === "LoadBalancer" || type === "NodePort");
}

function selectsUs(selector: Labels): boolean {
  return Object.keys(selector).length > 0 && selects(selector);
}

/** Whether labels, of which none selects everything, select the pod of the base. */
function selects(labels: Labels): boolean {
  const ours: Readonly<Record<string, string>> = {
    ...APP_LABELS,
    "app.kubernetes.io/part-of": "hearth",
  };
  return Object.entries(labels).every(([name, value]) => ours[name] === value);
}
