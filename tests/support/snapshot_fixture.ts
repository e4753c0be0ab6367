/**
 * What the tests of the snapshot's server and refresh share: snapshots of any size, a directory
 * to put them in, a log to look at.
 *
 * @module
 */
import { createHash } from "node:crypto";
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

/** A subject of {@linkcode accessText}. */
export interface TestSubject {
  /** Its tokens, in plain. */
  readonly tokens: readonly string[];
  /** What it may have. @default {["example.com"]} */
  readonly sites?: readonly string[];
  /** What it may not have. */
  readonly deny?: readonly string[];
  /** When it ends. */
  readonly expires?: string;
}

/** An access file as text. */
export function accessText(subjects: Readonly<Record<string, TestSubject>>): string {
  const entries = Object.entries(subjects).map(([name, { tokens, sites, deny, expires }]) => {
    const digests = tokens.map((token) => createHash("sha256").update(token).digest("hex"));
    return [
      `  ${name}:`,
      `    tokens: [${digests.map((digest) => `sha256:${digest}`).join(", ")}]`,
      `    sites: ${JSON.stringify(sites ?? ["example.com"])}`,
      ...(deny === undefined ? [] : [`    deny: ${JSON.stringify(deny)}`]),
      ...(expires === undefined ? [] : [`    expires: ${expires}`]),
    ].join("\n");
  });
  return `subjects:\n${entries.join("\n")}\n`;
}

/**
 * A snapshot with one host-only session cookie for each host; its name is the host's.
 *
 * @param values Cookie values by host.
 */
export function hostsText(values: Readonly<Record<string, string>>): string {
  const cookies = Object.entries(values).map(([domain, value]) => ({
    name: domain,
    value,
    domain,
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: true,
    sameSite: "Lax",
  }));
  return JSON.stringify({ cookies, origins: [] });
}
