/**
 * Asks a snapshot server for the inventory that a token may see.
 *
 * @module
 */
import { z } from "zod";
import type { Secret } from "../../core/secret.ts";
import { connectionFault, statusFault } from "../refresh/fetch_fault.ts";
import { RefreshFault } from "../refresh/refresh_fault.ts";
import type { SiteRow } from "./site_rows.ts";

const DEADLINE_MS = 30_000;

const ROW = z.object({
  site: z.string(),
  origins: z.array(z.string()),
  cookieCount: z.number(),
  partitionedCookieCount: z.number(),
  login: z.array(z.enum(["session_cookie", "persistent_cookie", "token_in_storage"])),
  lastChangedAt: z.iso.datetime().exactOptional(),
  earliestExpiryAt: z.iso.datetime().exactOptional(),
  latestExpiryAt: z.iso.datetime().exactOptional(),
  expiringWithin24Hours: z.number(),
  expiringWithin7Days: z.number(),
  isLostOnRestart: z.boolean(),
});

const BODY = z.object({ sites: z.array(ROW) });

/** The JSON Schema of what the server answers; this client needs no more of it than the rows. */
export function inventoryJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(BODY.extend({ harvestedAt: z.iso.datetime() }), { io: "input" });
}

/**
 * Fetches the rows.
 *
 * @param snapshotUrl The snapshot's address; the inventory is beside it.
 * @param token The bearer.
 * @param signal Aborted when the answer is no longer wanted.
 * @throws {RefreshFault} When there is no inventory to be had.
 */
export async function fetchSites(
  snapshotUrl: URL,
  token: Secret,
  signal: AbortSignal,
): Promise<readonly SiteRow[]> {
  const url = new URL("sites", snapshotUrl);
  const headers = { authorization: `Bearer ${token.reveal()}` };
  let response: Response;
  let text: string;
  try {
    const late = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
    response = await fetch(url, { headers, redirect: "manual", signal: late });
    if (response.status !== 200) throw await statusFault(url, response);
    text = await response.text();
  } catch (error) {
    if (error instanceof RefreshFault || error instanceof Deno.errors.NotCapable) throw error;
    throw connectionFault(url, error);
  }
  try {
    return BODY.parse(JSON.parse(text)).sites;
  } catch (error) {
    throw new RefreshFault("invalid", `Cannot use what ${url} answered: it is no inventory`, {
      cause: error,
    });
  }
}
