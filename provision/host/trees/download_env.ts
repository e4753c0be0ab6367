/**
 * The variables that a program which downloads needs, of all that the provisioner was started with.
 *
 * @module
 */
import type { EnvReader } from "../../../core/env.ts";

const PASSED = [
  "HOME",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
  "https_proxy",
  "http_proxy",
  "no_proxy",
  "NPM_CONFIG_REGISTRY",
  "NPM_CONFIG_USERCONFIG",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
];

/** Whom Debian trusts. */
const SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Picks them, and has Deno and Node trust whom the system trusts: a proxy may sign with an
 * authority of its own.
 *
 * @param env The provisioner's own.
 */
export function downloadEnv(env: EnvReader): Readonly<Record<string, string>> {
  const picked: Record<string, string> = {
    // npm and Deno look for their settings there.
    HOME: "/root",
    NODE_EXTRA_CA_CERTS: SYSTEM_BUNDLE,
    DENO_TLS_CA_STORE: "system,mozilla",
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
  for (const name of PASSED) {
    const value = env.get(name);
    if (value !== undefined && value !== "") picked[name] = value;
  }
  return picked;
}
