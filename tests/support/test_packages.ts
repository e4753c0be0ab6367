/**
 * The system packages of the tests: those of the product, and what only tests run.
 *
 * @module
 */
import { SYSTEM_PACKAGES, type SystemPackage } from "../../local/system_packages.ts";

/** Every package that the tests need. */
export const TEST_PACKAGES: readonly SystemPackage[] = [
  ...SYSTEM_PACKAGES,
  { name: "curl", path: "/usr/bin/curl", reason: "downloads and asks Vault" },
  { name: "openssl", path: "/usr/bin/openssl", reason: "signs a test's certificate" },
  { name: "sudo", path: "/usr/sbin/visudo", reason: "judges what sudo would allow" },
  { name: "sqlite3", path: "/usr/bin/sqlite3", reason: "copies t3's databases" },
  { name: "systemd", path: "/usr/bin/systemd-analyze", reason: "judges our units" },
  { name: "age", path: "/usr/bin/age", reason: "encrypts backups" },
  { name: "jq", path: "/usr/bin/jq", reason: "runs a command of the runbook" },
  { name: "rclone", path: "/usr/bin/rclone", reason: "syncs content, as its component does" },
  { name: "unzip", path: "/usr/bin/unzip", reason: "unpacks releases, such as that of kubectl" },
  { name: "nginx", path: "/usr/sbin/nginx", reason: "stands before dispatch as the ingress" },
  { name: "prometheus", path: "/usr/bin/prometheus", reason: "judges and runs our alerts" },
  {
    name: "prometheus-alertmanager",
    path: "/usr/bin/prometheus-alertmanager",
    reason: "routes the dead-man switch",
  },
  { name: "zsh", path: "/usr/bin/zsh", reason: "a shell that users have" },
  { name: "fish", path: "/usr/bin/fish", reason: "a shell that users may have" },
];
