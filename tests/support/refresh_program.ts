/**
 * The program `refresh` as a process, for the tests of the whole program.
 *
 * @module
 */
import { startProgram, type TestProgram } from "./program.ts";
import { type TestDirectory, testDirectory } from "./snapshot_fixture.ts";

/** What a run has of its own. */
export interface RefreshRun {
  /** Its variables, beside home, token and path. */
  env?: Record<string, string>;
  /** Its arguments. */
  args?: string[];
}

/**
 * Starts the program under its permission set, which is given a home and loopback.
 *
 * @param home Its home, with the token in `token` and the copy in `state.json`.
 * @param url The snapshot's address.
 */
export function startRefresh(
  home: TestDirectory,
  url: string,
  { env = {}, args = [] }: RefreshRun = {},
): TestProgram {
  return startProgram("refresh", {
    args,
    env: {
      HOME: home.path,
      PLAYWRIGHT_SNAPSHOT_URL: url,
      PLAYWRIGHT_SNAPSHOT_TOKEN: "~/token",
      PLAYWRIGHT_SNAPSHOT_PATH: "~/state.json",
      ...env,
    },
    flags: [
      `--allow-read=${home.path}`,
      `--allow-write=${home.path}`,
      "--allow-net=127.0.0.1",
    ],
  });
}

/** A home with a token in it. */
export async function homeWithToken(): Promise<TestDirectory> {
  const home = await testDirectory();
  await home.put("token", "s3cret\n");
  return home;
}
