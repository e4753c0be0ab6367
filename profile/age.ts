/**
 * age(1), for archives that only the holder of a key may read.
 *
 * @module
 */
import { Fault } from "../core/fault.ts";

const AGE = "/usr/bin/age";

/**
 * Sends bytes through age.
 *
 * @param args Its arguments: a public key or the path of a file, never a secret.
 * @param input What it reads.
 * @returns What it writes; fails where age fails, with its words.
 */
export function ageStream(
  args: readonly string[],
  input: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  let age: Deno.ChildProcess;
  try {
    age = new Deno.Command(AGE, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      clearEnv: true,
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Fault(`Cannot encrypt: "${AGE}" is missing, install with "apt-get install age"`, {
      code: "config",
      cause: error,
    });
  }
  const feeding = input.pipeTo(age.stdin as WritableStream<Uint8Array>);
  const words = new Response(age.stderr).text();
  return age.stdout.pipeThrough(
    new TransformStream({
      async flush() {
        const [{ code }, fed, said] = await Promise.all([
          age.status,
          feeding.then(() => undefined, (error: unknown) => error),
          words,
        ]);
        if (code !== 0) throw new Fault(`age failed: ${said.trim().split("\n")[0]}`);
        if (fed !== undefined) throw fed;
      },
    }),
  );
}
