/**
 * Notices that a file was replaced: by the kernel's word where it can be had, by looking now and
 * then everywhere.
 *
 * The directory is watched, not the file, since a rename puts another file in its place. The
 * directory may appear, vanish and come back; until it can be watched, and on file systems that
 * tell nothing (NFS, some overlays), the poll alone has to do.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";

/** How to watch. */
export interface WatchFileOptions {
  /** Called after something happened to the file (`event`), and after every interval (`poll`). */
  onChange: (kind: "event" | "poll") => void;
  /** Told when watching begins, and when it is not possible and why. */
  onWatching?: (isWatching: boolean, reason?: unknown) => void;
  /** The interval of the poll, in milliseconds. @default {1000} */
  pollMs?: number;
  /** Time. */
  clock: Clock;
}

/**
 * Watches until `signal` is aborted, then resolves.
 *
 * @param path The file; neither it nor its directory must exist.
 * @param options Who is told.
 * @param signal Ends the watch.
 */
export async function watchFile(
  path: string,
  options: WatchFileOptions,
  signal: AbortSignal,
): Promise<void> {
  const { onChange, onWatching, pollMs = 1_000, clock } = options;
  const slash = path.lastIndexOf("/");
  const directory = path.slice(0, slash) || "/";
  const name = path.slice(slash + 1);
  let watcher: Deno.FsWatcher | undefined;
  let watched: string | undefined;
  let wasWatching: boolean | undefined;

  function tell(isWatching: boolean, reason?: unknown): void {
    if (wasWatching !== isWatching) onWatching?.(isWatching, reason);
    wasWatching = isWatching;
  }

  function unwatch(): void {
    watcher?.close();
    watcher = undefined;
    watched = undefined;
  }

  async function follow(events: Deno.FsWatcher): Promise<void> {
    for await (const event of events) {
      // Opening and closing are an "access", our own reading among them on some systems: taken
      // for a change it would never end. Every write has an event of its own.
      if (event.kind === "access") continue;
      if (event.paths.some((at) => at.slice(at.lastIndexOf("/") + 1) === name)) onChange("event");
    }
  }

  /** A directory that was replaced is another one to the kernel, and the old watch is deaf. */
  async function rewatch(): Promise<void> {
    try {
      const info = await Deno.stat(directory);
      const identity = `${info.dev}:${info.ino}`;
      if (identity === watched) return;
      unwatch();
      const events = Deno.watchFs(directory, { recursive: false });
      watcher = events;
      watched = identity;
      following.push(
        follow(events).catch((error) => {
          if (watcher === events) unwatch();
          tell(false, error);
        }),
      );
      tell(true);
      // What happened between the last look and the watch made no event.
      onChange("event");
    } catch (error) {
      unwatch();
      tell(false, error);
    }
  }

  const following: Promise<void>[] = [];
  while (!signal.aborted) {
    await rewatch();
    await clock.sleep(pollMs, signal);
    if (!signal.aborted) onChange("poll");
  }
  unwatch();
  await Promise.all(following);
}
