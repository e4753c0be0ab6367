/**
 * The inventory as a snapshot server answers it.
 *
 * @module
 */
import { z } from "zod";
import type { ServerQuestion } from "./ask_server.ts";
import type { SiteRow } from "./site_rows.ts";

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

/** The inventory that a token may see. */
export const SITES_QUESTION: ServerQuestion<readonly SiteRow[]> = {
  path: "sites",
  name: "an inventory",
  parse: (text) => BODY.parse(JSON.parse(text)).sites,
};
