/**
 * Whether Chromium's sandbox can be on, and what to say where it cannot.
 *
 * Chromium refuses to run as root with its sandbox, and exits at once where it may not create user
 * namespaces and has no set-uid helper (docs/linux/sandboxing.md and
 * docs/security/apparmor-userns-restrictions.md in Chromium).
 *
 * @module
 */

/** What is known of the machine. */
export interface SandboxFacts {
  /** Whether the program runs as root. */
  readonly isRoot: boolean;
  /** Whether creating user, pid and network namespaces and a chroot inside was tried and worked. */
  readonly hasUserNamespaces: boolean;
  /** Whether Chromium's set-uid helper is installed. */
  readonly hasSetuidHelper: boolean;
  /** `user.max_user_namespaces`, where it could be read. */
  readonly maxUserNamespaces: number | undefined;
  /** `kernel.apparmor_restrict_unprivileged_userns`, where the kernel has it. */
  readonly apparmorRestrictsUserns: boolean | undefined;
}

/** The decision. */
export interface SandboxDecision {
  /** Whether Chromium runs with its sandbox. */
  readonly isSandboxed: boolean;
  /** What to say once at start where it does not. */
  readonly warning: string | undefined;
}

/**
 * Decides from facts.
 *
 * @param wanted What is configured; `on` leaves it to Chromium to fail.
 * @param facts What the machine allows.
 */
export function decideSandbox(
  wanted: "auto" | "on" | "off",
  facts: SandboxFacts,
): SandboxDecision {
  const off = (why: string) => ({
    isSandboxed: false,
    warning: `Chromium runs without its sandbox: ${why}`,
  });
  if (wanted === "on") return { isSandboxed: true, warning: undefined };
  if (wanted === "off") return off("BROWSER_SANDBOX is off");
  if (facts.isRoot) return off("this is root, run it as another user to have it");
  if (facts.hasUserNamespaces || facts.hasSetuidHelper) {
    return { isSandboxed: true, warning: undefined };
  }
  if (facts.maxUserNamespaces === 0) {
    return off("user.max_user_namespaces is 0, must be at least 1");
  }
  if (facts.apparmorRestrictsUserns) {
    return off("kernel.apparmor_restrict_unprivileged_userns is 1, Chromium needs a profile or 0");
  }
  return off("user namespaces are refused, as a container's seccomp profile does");
}
