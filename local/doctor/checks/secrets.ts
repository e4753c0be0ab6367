/**
 * Whether tokens and logins can be read by whom they should be, and by nobody else.
 *
 * @module
 */
import { quoted } from "../quoted.ts";
import type { SecretFact } from "../facts.ts";
import type { Check, Finding } from "../finding.ts";

/** The check. */
export const SECRETS: Check = {
  name: "secrets",
  okText: "tokens and copies are their owner's alone",
  judge: ({ secrets, uid }) =>
    secrets.length === 0
      ? { skipped: "there is no token or copy that may be looked at" }
      : secrets.flatMap((secret) => judgeSecret(secret, uid)),
};

function judgeSecret(secret: SecretFact, asking: number): readonly Finding[] {
  const { path, mode, uid, owner, wanted, isEmpty } = secret;
  // In a home, root follows no path: a link there can lead anywhere.
  const as = owner.uid === asking ? "" : `runuser -u ${owner.name} -- `;
  if (uid !== owner.uid) {
    return [{
      text: `"${path}" is owned by user ${uid}, must be by ${owner.name}`,
      fix: owner.uid === 0
        ? `chown root:root ${quoted(path)}`
        : (wanted & 0o100) !== 0
        ? `chown -R ${owner.name}: ${quoted(path)}   # as root`
        : `${as}rm -f ${quoted(path)}   # its program makes it anew`,
    }];
  }
  // What is narrower than wanted is no danger, but its owner must be able to read it.
  if ((mode & ~wanted) !== 0 || (mode & 0o400) === 0) {
    return [{
      text: `"${path}" has mode ${octal(mode)}, must be ${octal(wanted)}`,
      fix: `${as}chmod ${octal(wanted)} ${quoted(path)}`,
    }];
  }
  return isEmpty
    ? [{
      text: `"${path}" is empty, must hold what it is there for`,
      fix: `${as}rm ${quoted(path)}   # its program makes it anew`,
    }]
    : [];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
