/**
 * The Debian packages that tests of the pod need.
 *
 * @module
 */
import type { SystemPackage } from "../../local/system_packages.ts";
import { TEST_PACKAGES } from "../support/test_packages.ts";

/** What podman needs to run a pod without a registry, a daemon or systemd. */
export const POD_PACKAGES: readonly SystemPackage[] = [
  ...TEST_PACKAGES,
  { name: "podman", path: "/usr/bin/podman", reason: "runs the pod" },
  { name: "buildah", path: "/usr/bin/buildah", reason: "builds its images" },
  { name: "runc", path: "/usr/sbin/runc", reason: "starts its containers" },
  { name: "catatonit", path: "/usr/bin/catatonit", reason: "is the pod's first process" },
  {
    name: "containernetworking-plugins",
    path: "/usr/lib/cni/bridge",
    reason: "connects the pod",
  },
  { name: "iptables", path: "/usr/sbin/iptables", reason: "what those plugins call" },
  { name: "debootstrap", path: "/usr/sbin/debootstrap", reason: "makes the base image" },
  {
    name: "debian-archive-keyring",
    path: "/usr/share/keyrings/debian-archive-keyring.gpg",
    reason: "checks what it fetches",
  },
];
