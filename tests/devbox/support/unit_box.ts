/**
 * A box with everything of `systemd/` where a host has it, and stand-ins for the programs.
 *
 * @module
 */
import { systemFiles } from "../../../provision/host/system_file.ts";
import { type Box, MOUNTED } from "./box.ts";

const SYSTEMD = new URL("../../../systemd/", import.meta.url);
const FOLDERS = [
  ...["system", "sysusers.d", "tmpfiles.d", "sudoers.d"],
  ...["profile.d", "bash_completion.d", "zsh", "fish", "skel"],
];

/** Puts units, accounts, directories, sudoers and shell files where a host has them. */
export async function installSystemFiles(box: Box): Promise<void> {
  const sources = new Map(
    FOLDERS.flatMap((folder) =>
      [...Deno.readDirSync(new URL(`${folder}/`, SYSTEMD))].map(({ name }) => {
        const path = `${folder}/${name}`;
        return [path, Deno.readFileSync(new URL(path, SYSTEMD))] as const;
      })
    ),
  );
  for (const { path, content, mode } of systemFiles(sources)) {
    await box.write(path, content as Uint8Array<ArrayBuffer>, { mode });
  }
  await box.sh("systemd-sysusers; systemd-tmpfiles --create hearth.conf; systemctl daemon-reload");
}

/** Makes a user with a home of mode 0700, and a file in it that nobody else has a business with. */
export async function addUser(box: Box, user: string): Promise<void> {
  await box.sh(`useradd -m -K HOME_MODE=0700 -s /bin/bash ${user}`);
  await box.write(`/home/${user}/private`, `${user}'s\n`, { mode: 0o600, owner: user });
}

/**
 * Installs a stand-in: a script that Deno runs, as it runs the real program, so that it proves that
 * Deno starts under the unit's directives and can do there what the real one has to do.
 *
 * @param box Where.
 * @param path The program.
 * @param script JavaScript; `args` are its arguments and `sh` runs a command.
 */
export async function installStandIn(box: Box, path: string, script: string): Promise<void> {
  const source = `/usr/local/lib/stand-in${path.replaceAll("/", "-")}.mjs`;
  await box.write(source, `${PRELUDE}${script}`);
  const words = [`${MOUNTED}/bin/deno`, "run", "-q", "--no-prompt", "-A", "--no-config", source];
  await box.write(
    path,
    `#!/bin/sh\nexport DENO_DIR=/tmp/deno DENO_NO_UPDATE_CHECK=1\nexec ${words.join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
}

const PRELUDE = `
const args = Deno.args;
/** Runs a script and gives its last line where it failed, or what it printed. */
async function sh(script) {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script],
    stdin: "null",
  }).output();
  const text = (bytes) => new TextDecoder().decode(bytes).trim();
  return code === 0 ? text(stdout) : "failed: " + text(stderr).split("\\n").at(-1);
}
`;

/**
 * Starts a oneshot whose program is a stand-in that does what it is told.
 *
 * @param box Where.
 * @param unit The service.
 * @param path Its program.
 * @param acts Shell scripts by what they are to do.
 * @returns What each printed, or `failed: ` and its last complaint.
 */
export async function actAs(
  box: Box,
  unit: string,
  path: string,
  acts: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  // To the journal, the one way out of every sandbox.
  await installStandIn(
    box,
    path,
    `for (const [what, script] of Object.entries(${JSON.stringify(acts)})) {
      console.log("act " + JSON.stringify([what, await sh(script)]));
    }`,
  );
  const { code, stderr } = await box.run(["systemctl", "start", unit]);
  const journal = await box.journal(unit);
  if (code !== 0) throw new Error(`${unit} did not succeed: ${stderr}${journal}`);
  const lines = journal.split("\n").filter((line) => line.startsWith("act "));
  return Object.fromEntries(lines.map((line) => JSON.parse(line.slice("act ".length))));
}
