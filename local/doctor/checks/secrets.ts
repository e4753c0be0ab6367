/**
 * Whether tokens and logins can be read by whom they should be, and by nobody else.
 *
 * @module
 */
import { asRoot, chained, quoted } from "../command_line.ts";
import type { MachineFacts, SecretFact } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";

/** The check. */
export const SECRETS: MachineCheck = {
  name: "secrets",
  okText: "tokens and copies are their owner's alone",
  judge: (facts) =>
    facts.secrets.length === 0
      ? { skipped: "there is no token or copy that may be looked at" }
      : facts.secrets.flatMap((secret) => judgeSecret(secret, facts)),
};

function judgeSecret(secret: SecretFact, { uid: asking, users }: MachineFacts): readonly Finding[] {
  const { path, mode, uid, owner, wanted, remake, isEmpty } = secret;
  // In a home, root follows no path: a link there can lead anywhere.
  const asOwner = (line: string) =>
    owner.uid === asking
      ? line
      : owner.uid === 0
      ? asRoot(asking, line)
      : asRoot(asking, `runuser -u ${owner.name} -- ${line}`);
  const word = quoted(path);
  const about = [path];
  if (uid !== owner.uid) {
    const name = users.find((user) => user.uid === uid)?.user ?? String(uid);
    return [{
      text: `"${path}" is owned by user ${name}, must be by ${owner.name}`,
      fix: asRoot(asking, `chown --no-dereference ${owner.name}: ${word}`),
      about,
    }];
  }
  // What is narrower than wanted is no danger, but its owner must be able to read it.
  const isUnreadable = (mode & 0o400) === 0;
  if ((mode & ~wanted) !== 0 || isUnreadable) {
    const next = octal(isUnreadable ? wanted : mode & wanted);
    return [{
      text: `"${path}" has mode ${octal(mode)}, must be ${octal(wanted)} or less`,
      fix: asOwner(`chmod ${next} ${word}`),
      about,
    }];
  }
  if (!isEmpty) return [];
  return [{
    text: `"${path}" is empty, must hold what it is there for`,
    fix: chained(asOwner(`rm -f ${word}`), remake),
    about,
  }];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
