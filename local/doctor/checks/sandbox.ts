/**
 * Whether Chromium's sandbox can be made here.
 *
 * It is made of user namespaces, which a kernel can refuse in three ways (Chromium's
 * docs/linux/sandboxing.md and docs/security/apparmor-userns-restrictions.md); the set-uid helper is
 * no way out, since the units have `NoNewPrivileges=`.
 *
 * @module
 */
import type { Check } from "../finding.ts";

/** Few enough to see, and never in the way: Chromium makes two for each browser. */
const NAMESPACES = 15_000;

const PROFILE = "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile chromium " +
  "/usr/lib/chromium/chromium flags=(unconfined) {\\n  userns,\\n}\\n' " +
  ">/etc/apparmor.d/chromium && apparmor_parser -r /etc/apparmor.d/chromium";

/** The check. */
export const SANDBOX: Check = {
  name: "sandbox",
  okText: "Chromium's sandbox can be made",
  judge({ isDevBox, uid, sandbox }) {
    if (!isDevBox && uid === 0) {
      return {
        skipped: "root's Chromium runs without its sandbox; run as another user to have it",
      };
    }
    const { maxUserNamespaces, unprivilegedClone, apparmorRestricts, hasProfile } = sandbox;
    if (maxUserNamespaces === 0) {
      return [{
        text: "user.max_user_namespaces is 0, must be more for Chromium's sandbox",
        fix: setting(`user.max_user_namespaces=${NAMESPACES}`),
      }];
    }
    if (unprivilegedClone === 0) {
      return [{
        text: "kernel.unprivileged_userns_clone is 0, must be 1 for Chromium's sandbox",
        fix: setting("kernel.unprivileged_userns_clone=1"),
      }];
    }
    if (apparmorRestricts === 1) {
      if (hasProfile) return [];
      return [{
        text: "kernel.apparmor_restrict_unprivileged_userns is 1, must be 0 or AppArmor must " +
          "have a profile that lets Chromium make its sandbox",
        fix: PROFILE,
      }];
    }
    if (sandbox.canMakeNamespaces === undefined) return { skipped: "unshare is not installed" };
    return sandbox.canMakeNamespaces ? [] : [{
      text: "A user who is not root cannot make user namespaces, must be able to for Chromium's " +
        "sandbox: a container's seccomp profile refuses them, too",
      fix: "unshare --user --map-root-user true   # as a user, until it prints nothing",
    }];
  },
};

function setting(line: string): string {
  return `echo ${line} >/etc/sysctl.d/60-hearth.conf && sysctl -p /etc/sysctl.d/60-hearth.conf`;
}
