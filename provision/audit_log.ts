/**
 * Who was changed, when, how and what came of it: a line of JSON each, appended and flushed.
 *
 * Two lines an action, before and after, so that what a killed run was at is known. Contents are
 * digests; a secret has none here.
 *
 * @module
 */
import { Secret } from "../core/secret.ts";
import { digestOf } from "./digest.ts";
import type { ChangeItem, Result } from "./drive.ts";

/** The log of one run. */
export interface AuditLog extends Disposable {
  /** Writes that an action begins, or what came of it. */
  write(item: ChangeItem, result?: Result): Promise<void>;
}

/**
 * Opens the log for appending; it is made with mode 0600.
 *
 * @param path The file.
 * @param run The run's id, in each line.
 * @param now Milliseconds since the epoch.
 */
export async function openAuditLog(
  path: string,
  run: string,
  now: () => number,
): Promise<AuditLog> {
  const file = await Deno.open(path, { read: true, append: true, create: true, mode: 0o600 });
  const { size } = await file.stat();
  const last = new Uint8Array(1);
  if (size > 0) {
    await file.seek(-1, Deno.SeekMode.End);
    await file.read(last);
    // A run that was killed while it wrote: its line ends here.
    if (last[0] !== 0x0a) await file.write(new TextEncoder().encode("\n"));
  }
  return {
    async write(item, result) {
      const line = JSON.stringify(auditEntry(item, result, run, new Date(now()).toISOString()));
      const bytes = new TextEncoder().encode(`${line}\n`);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.syncData();
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** One line of the log. */
export function auditEntry(
  item: ChangeItem,
  result: Result | undefined,
  run: string,
  time: string,
): Readonly<Record<string, unknown>> {
  const { scope, resource, cause, summary, action } = item;
  return {
    time,
    run,
    scope,
    resource,
    cause,
    action: action.kind,
    summary,
    ...(action.kind === "write_file" ? contentEntry(action) : {}),
    result: result?.kind ?? "begun",
    ...(result !== undefined && "error" in result ? { error: result.error } : {}),
  };
}

function contentEntry(
  { path, content, before }: Extract<ChangeItem["action"], { kind: "write_file" }>,
): Readonly<Record<string, unknown>> {
  if (content instanceof Secret) return { path, content: "secret" };
  return { path, before: before ?? null, after: digestOf(content) };
}
