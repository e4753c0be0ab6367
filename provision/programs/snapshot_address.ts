/**
 * The one address that a refresh may talk to, as Deno's `--allow-net` wants it.
 *
 * @module
 */
import { Fault } from "../../core/fault.ts";

/**
 * The host and port of a snapshot's URL: `chrome.example.com:443`.
 *
 * @param url The snapshot's URL, as configured.
 * @throws {Fault} With code `config` when it is no such URL.
 */
export function snapshotAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (
    parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== "" ||
    parsed.password !== ""
  ) {
    // Not quoted: it may hold a password.
    throw new Fault(
      "Cannot limit the refresh to one server: the snapshot's URL must be http: or https: and " +
        "without a user or password",
      { code: "config" },
    );
  }
  return `${parsed.hostname}:${parsed.port || (parsed.protocol === "https:" ? 443 : 80)}`;
}
