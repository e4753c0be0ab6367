/**
 * The ports that programs have where nobody says others: one test at a time on the whole machine.
 *
 * @module
 */

/** Holds them; waits for whoever does. */
export async function holdDefaultPorts(): Promise<Disposable> {
  const path = `${Deno.env.get("TMPDIR") ?? "/tmp"}/hearth-default-ports-${Deno.uid()}`;
  const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  await file.lock(true);
  return file;
}
