/**
 * The part of `provision.yaml` that is about the machine and not about its users: `host:`.
 *
 * @module
 */
import { z } from "zod";

const PACKAGE_RULE = "must be a Debian package's name";
const PATH_RULE = 'must be an absolute path without ".." in it';
const VERSION_RULE = 'must be a version such as "1.36.4"';
const DIGEST_RULE = "must be a SHA-256 of 64 hexadecimal digits";
const URL_RULE = "must be an https: URL without a user or password";

const PACKAGE = z.string(PACKAGE_RULE).regex(/^[a-z0-9][a-z0-9+.-]+$/, PACKAGE_RULE);
const DIGEST = z.string(DIGEST_RULE).regex(/^[0-9a-f]{64}$/, DIGEST_RULE);
const TREE = z.string(PATH_RULE).refine(isPlainPath, PATH_RULE);
const HTTPS_URL = z.string(URL_RULE).refine(isPlainUrl, URL_RULE);

/** Digests as Krew's index of kubectl plugins names them (`plugins/oidc-login.yaml`). */
const KUBELOGIN = {
  version: "1.36.4",
  url: "https://github.com/int128/kubelogin/releases/download",
  sha256: {
    amd64: "9e8baeb4905d35a301304af2548324997add512fe94ab20e65993d167212bf85",
    arm64: "669c2d3bcc6766351ad5a7b03971792b4e7a55117b335a12d9858d43a525d9dc",
  },
};

/** What is true of the machine, whoever uses it. */
export interface HostSettings {
  /** Debian packages besides those Hearth needs. */
  readonly packages: readonly string[];
  /** Directories that are closed to others. */
  readonly private_trees: readonly string[];
  /** Whether what sudo allows is installed, or only said. */
  readonly sudoers: "install" | "print";
  /** Whether the ingress shows a token; `undefined`: where the dispatcher came with one. */
  readonly ingress_token?: "generate" | "none" | undefined;
  /** A directory of compiled programs; `null` for wrappers that run the sources. */
  readonly binaries: string | null;
  /** Which kubelogin; `null` for none. */
  readonly kubelogin: {
    readonly version: string;
    readonly url: string;
    readonly sha256: Readonly<Record<"amd64" | "arm64", string>>;
  } | null;
}

/** What `host:` may say; everything has a default. */
export const HOST_SETTINGS: z.ZodType<HostSettings> = z.strictObject({
  packages: z.array(PACKAGE, "must be a list of package names").default([])
    .describe("Debian packages every user of this box needs, besides those Hearth needs"),
  private_trees: z.array(TREE, "must be a list of paths").default([])
    .describe(
      "Directories with secrets in the clear, closed to users who are neither owner nor group",
    ),
  sudoers: z.enum(["install", "print"], 'must be "install" or "print"').default("install")
    .describe("print: say what would be allowed to run as root, and leave /etc/sudoers.d alone"),
  ingress_token: z.enum(["generate", "none"], 'must be "generate" or "none"').optional()
    .describe(
      "generate: make the token by which the ingress proves itself; none: make none; left out: make " +
        "one on a new box, warn on one that led people without",
    ),
  binaries: TREE.nullable().default(null)
    .describe(
      "What `deno task compile` built; null runs the sources by wrappers of the same names",
    ),
  kubelogin: z.strictObject({
    version: z.string(VERSION_RULE).regex(/^\d+\.\d+\.\d+$/, VERSION_RULE)
      .default(KUBELOGIN.version).describe("The release"),
    url: HTTPS_URL.default(KUBELOGIN.url)
      .describe("Where releases are: a mirror has vVERSION/kubelogin_linux_ARCH.zip below it"),
    sha256: z.strictObject({ amd64: DIGEST, arm64: DIGEST }, "must be a map with amd64 and arm64")
      .default(KUBELOGIN.sha256).describe("Of each archive; change it with the version"),
  }, "must be a map, or null for none").nullable().prefault({})
    .describe("The login of kubectl by OpenID Connect; null for none"),
}, "must be a map");

function isPlainPath(text: string): boolean {
  // deno-lint-ignore no-control-regex -- a path may hold them, a setting may not
  return /^(?:\/[^/\x00-\x1f\x7f]+)+$/.test(text) &&
    !text.split("/").some((part) => /^\.\.?$/.test(part));
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  const isLoopback = hostname === "127.0.0.1" || hostname === "localhost";
  return (protocol === "https:" || (protocol === "http:" && isLoopback)) && username === "" &&
    password === "";
}
