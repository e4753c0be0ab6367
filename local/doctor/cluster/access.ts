/**
 * Whether the cluster can be asked, and whether the namespace is there and restricted.
 *
 * @module
 */
import type { Finding } from "../finding.ts";
import { type ClusterCheck, showAll } from "./cluster_check.ts";
import type { ClusterFacts } from "./cluster_facts.ts";

const ENFORCE = "pod-security.kubernetes.io/enforce";

/** The check. */
export const ACCESS: ClusterCheck = {
  name: "access",
  okText: "the cluster answers, and the namespace is there and restricted",
  judge(facts) {
    const { error, namespace, namespaces } = facts;
    if (error !== undefined) return [unreachable(error)];
    if ("refused" in namespaces) return { skipped: namespaces.refused };
    const [found] = namespaces.items;
    if (found === undefined) {
      return [{
        text: `There is no namespace "${namespace}": Hearth is not here, or in another namespace`,
        ...showAll(facts),
        about: ["everything"],
      }];
    }
    const enforced = found.metadata.labels[ENFORCE];
    return enforced === "restricted" ? [] : [{
      text: `Namespace "${namespace}" admits ${
        enforced === undefined ? "any pod" : `pods that are "${enforced}"`
      }, must admit restricted ones alone`,
      fix: `${facts.kubectl} label namespace ${namespace} ${ENFORCE}=restricted --overwrite`,
      about: ["namespace"],
    }];
  },
};

function unreachable({ text, kind }: NonNullable<ClusterFacts["error"]>): Finding {
  return {
    text,
    ...kind === "kubectl"
      ? { fix: "sudo apt-get install -y kubernetes-client" }
      : { fix: "kubectl config get-contexts", does: "show" as const },
    about: ["everything"],
  };
}
