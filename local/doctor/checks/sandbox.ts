/**
 * Whether Chromium's sandbox can be made here.
 *
 * It is made of user namespaces, which a kernel can refuse in three ways (Chromium's
 * docs/linux/sandboxing.md and docs/security/apparmor-userns-restrictions.md); the set-uid helper is
 * no way out, since the units have `NoNewPrivileges=`.
 *
 * @module
 */
import { asRoot } from "../command_line.ts";
import type { Finding } from "../finding.ts";
import type { MachineCheck } from "../machine_check.ts";

/** Few enough to see, and never in the way: Chromium makes two for each browser. */
const NAMESPACES = 15_000;

const PROFILE = "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile chromium " +
  "/usr/lib/chromium/chromium flags=(unconfined) {\\n  userns,\\n}\\n' " +
  ">/etc/apparmor.d/chromium && apparmor_parser -r /etc/apparmor.d/chromium";

/** The check. */
export const SANDBOX: MachineCheck = {
  name: "sandbox",
  okText: "Chromium's sandbox can be made",
  judge({ isDevBox, uid, sandbox }) {
    if (!isDevBox && uid === 0) {
      return {
        skipped: "root's Chromium runs without its sandbox; run as another user to have it",
      };
    }
    const { maxUserNamespaces, unprivilegedClone, apparmorRestricts, hasProfile } = sandbox;
    const finding = (text: string, fix: string): readonly Finding[] => [{
      text: `${text} for Chromium's sandbox`,
      fix: asRoot(uid, fix),
      about: ["sandbox"],
    }];
    if (maxUserNamespaces === 0) {
      return finding(
        "user.max_user_namespaces is 0, must be more",
        setting(`user.max_user_namespaces=${NAMESPACES}`),
      );
    }
    if (unprivilegedClone === 0) {
      return finding(
        "kernel.unprivileged_userns_clone is 0, must be 1",
        setting("kernel.unprivileged_userns_clone=1"),
      );
    }
    if (apparmorRestricts === 1) {
      if (hasProfile) return [];
      return finding(
        "kernel.apparmor_restrict_unprivileged_userns is 1, must be 0, or AppArmor must have a " +
          "profile",
        PROFILE,
      );
    }
    if (sandbox.canMakeNamespaces === undefined) return { skipped: "unshare is not installed" };
    return sandbox.canMakeNamespaces ? [] : [{
      text: "A user who is not root cannot make user namespaces, must be able to for Chromium's " +
        "sandbox: what runs this container refuses them by its seccomp profile, or a security " +
        "module does",
      fix: asRoot(uid, "grep -E '^(Seccomp|NoNewPrivs)' /proc/self/status; dmesg | tail"),
      does: "show",
      about: ["sandbox"],
    }];
  },
};

/** Added to the file: another setting may be in it. */
function setting(line: string): string {
  return `echo ${line} >>/etc/sysctl.d/60-hearth.conf && sysctl -p /etc/sysctl.d/60-hearth.conf`;
}
