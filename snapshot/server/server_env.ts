/**
 * What the snapshot server reads from its environment.
 *
 * @module
 */
import { z } from "zod";
import { type AddressRange, parseAddressRange } from "../../core/address_range.ts";
import {
  integerVariable,
  pathVariable,
  portVariable,
  secretVariable,
  textVariable,
  urlVariable,
} from "../../core/env.ts";
import type { Secret } from "../../core/secret.ts";

/** The variables of the snapshot server. */
export const SERVER_ENV: z.ZodObject<{
  SNAPSHOT_PATH: z.ZodType<string>;
  PW_TOKEN_FILE: z.ZodType<string | undefined>;
  PW_TOKEN: z.ZodType<Secret | undefined>;
  ACCESS_FILE: z.ZodType<string | undefined>;
  SNAPSHOT_MAX_AGE_SECONDS: z.ZodType<number>;
  HOST: z.ZodType<string>;
  PORT: z.ZodType<number>;
  METRICS_ADDR: z.ZodType<string>;
  METRICS_PORT: z.ZodType<number>;
  STATUS_TRUSTED_PEERS: z.ZodType<readonly AddressRange[]>;
  STATUS_IDENTITY_HEADER: z.ZodType<string>;
  STATUS_INGRESS_TOKEN_FILE: z.ZodType<string | undefined>;
  STATUS_BROWSER_HEALTH_URL: z.ZodType<URL | undefined>;
  STATUS_HARVESTER_HEALTH_URL: z.ZodType<URL | undefined>;
  LIVE_VIEW_URL: z.ZodType<URL | undefined>;
}> = z.object({
  SNAPSHOT_PATH: pathVariable(
    "the snapshot that the harvester writes",
    "/profile/snapshots/storage-state.json",
  ),
  PW_TOKEN_FILE: pathVariable(
    "a file with the bearer token for all sites, read again when it changes",
  ),
  PW_TOKEN: secretVariable("the bearer token itself, for all sites; PW_TOKEN_FILE wins"),
  ACCESS_FILE: pathVariable("who else may read, and which sites; read again when it changes"),
  SNAPSHOT_MAX_AGE_SECONDS: integerVariable({
    fallback: 0,
    min: 0,
    max: 31_536_000,
    description:
      "not ready with an older snapshot; 0: any age, since one is written on change only",
  }),
  HOST: textVariable("address to listen on", "0.0.0.0"),
  PORT: portVariable(8088, "port to listen on"),
  METRICS_ADDR: textVariable("address of /healthz, /readyz and /metrics", "127.0.0.1"),
  METRICS_PORT: portVariable(8089, "port of /healthz, /readyz and /metrics"),
  STATUS_TRUSTED_PEERS: z.string().transform((text, context) =>
    text.split(",").map((item) => item.trim()).filter((item) => item !== "").flatMap((item) => {
      const range = parseAddressRange(item);
      if (range !== undefined) return [range];
      context.addIssue(
        `holds "${item}", must be addresses such as 10.0.0.1 or ranges such as 10.0.0.0/8`,
      );
      return [];
    })
  ).prefault("").describe(
    "addresses of the ingress that lets people in to the status page; none: a bearer only",
  ),
  STATUS_IDENTITY_HEADER: z.string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "must be a header's name")
    .prefault("X-authentik-username").describe("header in which that ingress says who somebody is"),
  STATUS_INGRESS_TOKEN_FILE: pathVariable(
    "file with the token that ingress shows in X-Hearth-Ingress; none: its address is enough",
  ),
  STATUS_BROWSER_HEALTH_URL: urlVariable(
    "health port of the browser, which the status page asks; none: it is not shown as alive",
  ),
  STATUS_HARVESTER_HEALTH_URL: urlVariable("the same of a harvester that keeps running"),
  LIVE_VIEW_URL: urlVariable("where the status page's link to the live view leads; none: no link"),
});

/** The snapshot server's configuration. */
export type ServerEnv = z.output<typeof SERVER_ENV>;
