/**
 * Hearth's own programs in a box, for tests of the units alone: the checkout in the place of a release,
 * and the wrappers a host gets. On a real box the provisioner brings these.
 *
 * @module
 */
import { APP_DIR, HOST_PROGRAMS, PROGRAM_DIR } from "../../../provision/programs/host_programs.ts";
import { renderWrapper } from "../../../provision/programs/render_wrapper.ts";
import { type Box, MOUNTED } from "./box.ts";

/**
 * Installs one program.
 *
 * @param box Where.
 * @param name Its name on a host.
 * @param snapshotUrl For the programs that reach the snapshot.
 */
export async function installApp(box: Box, name: string, snapshotUrl: string): Promise<void> {
  const program = HOST_PROGRAMS.find((each) => each.name === name);
  if (program === undefined) throw new Error(`No program of a host is named "${name}"`);
  await box.sh(`
    mkdir -p ${APP_DIR}/bin
    ln -sf ${MOUNTED}/bin/deno ${APP_DIR}/bin/deno
    ln -sfn ${MOUNTED}/deno_dir ${APP_DIR}/deno_dir
    cd ${MOUNTED}/source
    for entry in *; do
      test "$entry" = node_modules || ln -sfn "$PWD/$entry" "${APP_DIR}/$entry"
    done`);
  const text = renderWrapper(program, { snapshotUrl });
  await box.write(`${PROGRAM_DIR}/${name}`, text, { mode: 0o755 });
}
