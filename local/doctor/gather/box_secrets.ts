/**
 * What on a machine is a secret, and whose it is to be.
 *
 * @module
 */
import type { Calls } from "../facts.ts";
import { namesIn } from "./read_text.ts";
import type { WantedSecret } from "./secrets.ts";
import type { BoxUser } from "./users.ts";

/** Where a box has what its units read. */
export const SERVE = "/etc/t3-serve";
/** Where root keeps the tokens: one file a user. */
export const TOKENS = `${SERVE}/tokens`;
/** A user's token, below the home. */
export const TOKEN = ".config/playwright/token";
/** A user's copy of the snapshot, below the home. */
export const COPY = ".cache/playwright-shared-storage-state.json";

/** What logs somebody in, below a home. */
const IN_HOMES = [
  TOKEN,
  COPY,
  ".cache/playwright-shared-storage-state.init.js",
  ".claude/.credentials.json",
  ".codex/auth.json",
  ".kube/config",
];

const ROOT = { name: "root", uid: 0 };

/** Secrets below the home of the one who looks. */
export function homeSecrets(home: string, owner: WantedSecret["owner"]): readonly WantedSecret[] {
  return IN_HOMES.map((path) => ({ path: `${home}/${path}`, owner, wanted: 0o600 }));
}

/** Secrets of a pipeline on this machine, by its data directory. */
export function pipelineSecrets(
  dataDir: string,
  owner: WantedSecret["owner"],
): readonly WantedSecret[] {
  return [
    { path: dataDir, owner, wanted: 0o700 },
    { path: `${dataDir}/token`, owner, wanted: 0o600 },
    { path: `${dataDir}/storage-state.json`, owner, wanted: 0o600 },
  ];
}

/**
 * Secrets of a dev box and of its users.
 *
 * @param users Its users.
 * @param uid Who looks: their own home is not among them.
 * @param call What makes a token anew.
 */
export async function boxSecrets(
  users: readonly BoxUser[],
  uid: number,
  { provision, config }: Calls,
): Promise<readonly WantedSecret[]> {
  const ofRoot = (wanted: number, paths: readonly string[]) =>
    paths.map((path) => ({ path, owner: ROOT, wanted }));
  const names = await namesIn(SERVE);
  return [
    ...ofRoot(0o700, [TOKENS, "/var/backups/t3-state", "/var/lib/t3-provision"]),
    ...ofRoot(0o600, [
      `${SERVE}/chrome-service-token`,
      `${SERVE}/claude-token`,
      "/etc/credstore/t3-dispatch-ingress",
      ...names.filter((name) => name.endsWith(".env")).map((name) => `${SERVE}/${name}`),
    ]),
    ...(await namesIn(TOKENS)).map((user) => ({
      path: `${TOKENS}/${user}`,
      owner: ROOT,
      wanted: 0o600,
      remake: `${provision} apply${config}`,
    })),
    // Their group's, who share one login.
    ...ofRoot(0o2770, ["/opt/codex-shared"]),
    ...ofRoot(0o660, ["/opt/codex-shared/auth.json"]),
    ...users.flatMap(({ user, uid: owner, home }) => {
      if (owner === undefined || owner === uid) return [];
      const theirs = { name: user, uid: owner };
      return [
        // Whether others may look in is the user's; whoever may write is the user.
        { path: home, owner: theirs, wanted: 0o755 },
        ...homeSecrets(home, theirs),
      ];
    }),
  ];
}
