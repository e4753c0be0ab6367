/**
 * What the tests of the snapshot's server and refresh share: snapshots of any size, a directory
 * to put them in, a log to look at.
 *
 * @module
 */
import { createLogger, type Logger } from "../../core/log.ts";

/**
 * A valid snapshot as text; different `seed`s give different snapshots.
 *
 * @param seed Any text; it becomes a cookie's value.
 * @param paddingBytes Roughly how much larger it should be.
 */
export function snapshotText(seed: string, paddingBytes = 0): string {
  return JSON.stringify({
    cookies: [{
      name: "session",
      value: seed,
      domain: "example.com",
      path: "/",
      expires: -1,
      httpOnly: true,
      secure: true,
      sameSite: "Lax",
    }],
    origins: paddingBytes === 0 ? [] : [{
      origin: "https://example.com",
      localStorage: [{ name: "padding", value: "x".repeat(paddingBytes) }],
    }],
  });
}

/** A directory that is removed with its content. */
export interface TestDirectory extends AsyncDisposable {
  /** Its path. */
  readonly path: string;
  /** Puts a file in it by rename, as the harvester does; resolves to the file's path. */
  put(name: string, content: string | Uint8Array): Promise<string>;
}

/** Makes an empty directory. */
export async function testDirectory(): Promise<TestDirectory> {
  const path = await Deno.makeTempDir({ prefix: "hearth-snapshot-" });
  return {
    path,
    async put(name, content) {
      const temporary = `${path}/.${name}.new`;
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(temporary, bytes);
      await Deno.rename(temporary, `${path}/${name}`);
      return `${path}/${name}`;
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** A logger that keeps its lines. */
export function recordLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = createLogger({
    component: "test",
    format: "text",
    level: "debug",
    write: (line) => lines.push(line),
  });
  return { log, lines };
}
