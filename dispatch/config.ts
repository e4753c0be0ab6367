/**
 * The variables of dispatch.
 *
 * @module
 */
import { z } from "zod";
import { type AddressRange, parseAddressRange } from "../core/address_range.ts";
import {
  type EnvReader,
  integerVariable,
  listVariable,
  pathVariable,
  portVariable,
  readEnv,
  textVariable,
} from "../core/env.ts";
import { Fault } from "../core/fault.ts";
import type { MintOptions } from "./mint_client.ts";

/** The variables. */
export const DISPATCH_ENV: z.ZodObject<{
  DISPATCH_LISTEN_ADDR: z.ZodType<string>;
  DISPATCH_LISTEN_PORT: z.ZodType<number>;
  DISPATCH_METRICS_ADDR: z.ZodType<string>;
  DISPATCH_METRICS_PORT: z.ZodType<number>;
  DISPATCH_TABLE: z.ZodType<string>;
  DISPATCH_TRUSTED_PEERS: z.ZodType<readonly string[]>;
  DISPATCH_INGRESS_TOKEN_FILE: z.ZodType<string | undefined>;
  CREDENTIALS_DIRECTORY: z.ZodType<string | undefined>;
  DISPATCH_IDENTITY_HEADER: z.ZodType<string>;
  DISPATCH_MINT: z.ZodType<string>;
  DISPATCH_MINT_SOCKET: z.ZodType<string | undefined>;
  DISPATCH_MINT_TIMEOUT_MS: z.ZodType<number>;
  DISPATCH_ANSWER_TIMEOUT_MS: z.ZodType<number>;
  DISPATCH_IDLE_TIMEOUT_MS: z.ZodType<number>;
  DISPATCH_MAX_CONNECTIONS: z.ZodType<number>;
  DISPATCH_DRAIN_MS: z.ZodType<number>;
}> = z.object({
  DISPATCH_LISTEN_ADDR: textVariable("address to listen on", "127.0.0.1"),
  DISPATCH_LISTEN_PORT: portVariable(3780, "port to listen on"),
  DISPATCH_METRICS_ADDR: textVariable("address of health and metrics", "127.0.0.1"),
  DISPATCH_METRICS_PORT: portVariable(3781, "port of health and metrics"),
  DISPATCH_TABLE: pathVariable("whose instance listens where", "/etc/t3-serve/dispatch.json"),
  DISPATCH_TRUSTED_PEERS: listVariable(
    "addresses and ranges of the ingress, which may say who somebody is",
    "127.0.0.1,::1",
  ),
  DISPATCH_INGRESS_TOKEN_FILE: pathVariable(
    "file with the token the ingress shows in X-Hearth-Ingress; none: its address is enough",
  ),
  CREDENTIALS_DIRECTORY: pathVariable(
    "set by systemd: that token is in ingress-token there, where the unit was given one",
  ),
  DISPATCH_IDENTITY_HEADER: z.string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "must be a header's name")
    .prefault("X-authentik-username").describe("header in which the ingress says it"),
  DISPATCH_MINT: textVariable(
    "command that makes a credential, without the account's name",
    "/usr/bin/sudo -n /usr/local/bin/t3-mint",
  ),
  DISPATCH_MINT_SOCKET: pathVariable("socket that makes a credential, instead of the command"),
  DISPATCH_MINT_TIMEOUT_MS: integerVariable({
    fallback: 30_000,
    min: 100,
    max: 300_000,
    description: "longest time a credential may take, in milliseconds",
  }),
  DISPATCH_ANSWER_TIMEOUT_MS: integerVariable({
    fallback: 5_000,
    min: 100,
    max: 60_000,
    description: "longest time an instance may take to tell of a session, in milliseconds",
  }),
  DISPATCH_IDLE_TIMEOUT_MS: integerVariable({
    fallback: 75_000,
    min: 100,
    max: 3_600_000,
    description: "longest time a connection may wait for its next request, in milliseconds",
  }),
  DISPATCH_MAX_CONNECTIONS: integerVariable({
    fallback: 16_384,
    min: 1,
    max: 1_000_000,
    description: "connections at the same time",
  }),
  DISPATCH_DRAIN_MS: integerVariable({
    fallback: 5_000,
    min: 0,
    max: 300_000,
    description: "how long answers may go on when the program stops, in milliseconds",
  }),
});

/** The configuration. */
export interface DispatchConfig extends z.output<typeof DISPATCH_ENV> {
  /** The ingress. */
  readonly trustedPeers: readonly AddressRange[];
  /** The way to the mint. */
  readonly mintWay: MintOptions["way"];
}

/**
 * Reads the configuration.
 *
 * @throws {Fault} With code `config`, naming every variable that is wrong.
 */
export function readDispatchConfig(env: EnvReader): DispatchConfig {
  const config = readEnv(DISPATCH_ENV, env);
  const trustedPeers = config.DISPATCH_TRUSTED_PEERS.map((text) => {
    const range = parseAddressRange(text);
    if (range !== undefined) return range;
    throw new Fault(
      `Cannot read the environment: DISPATCH_TRUSTED_PEERS holds "${text}", must be addresses such ` +
        "as 10.0.0.1 or ranges such as 10.0.0.0/8",
      { code: "config" },
    );
  });
  const socket = config.DISPATCH_MINT_SOCKET;
  const command = config.DISPATCH_MINT.split(/\s+/).filter((word) => word !== "");
  return { ...config, trustedPeers, mintWay: socket === undefined ? { command } : { socket } };
}
