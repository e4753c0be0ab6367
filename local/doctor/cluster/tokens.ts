/**
 * Whether the snapshot server has its token: the Secret's presence, and never what it holds.
 *
 * @module
 */
import { type ClusterCheck, ofAsked } from "./cluster_check.ts";

const SECRET = "chrome-service-secrets";

/** The check. */
export const TOKENS: ClusterCheck = {
  name: "secrets",
  okText: "the snapshot server has a token",
  judge: (facts) =>
    ofAsked(facts, facts.secrets, (secrets) => {
      const found = secrets.find(({ name }) => name === SECRET);
      if (found !== undefined && found.keys > 0) return [];
      const { kubectl } = facts;
      const removed = found === undefined ? "" : `${kubectl} delete secret ${SECRET} && `;
      return [{
        text: found === undefined ? `There is no secret/${SECRET}` : `secret/${SECRET} is empty`,
        // The token passes through no argument, which everybody on this machine could read.
        fix: `${removed}openssl rand -base64 32 | tr -d '\\n' | ${kubectl} create secret generic ` +
          `${SECRET} --from-file=api_bearer_token=/dev/stdin`,
        about: [`secret/${SECRET}`],
      }];
    }),
};
