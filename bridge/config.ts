/**
 * The bridge's configuration: its variables, and what they mean together.
 *
 * @module
 */
import { z } from "zod";
import {
  choiceVariable,
  type EnvReader,
  integerVariable,
  listVariable,
  pathVariable,
  portVariable,
  readEnv,
  textVariable,
} from "../core/env.ts";
import { Fault } from "../core/fault.ts";
import { isAddress, parseAddressRange } from "../core/address_range.ts";
import { isHostPattern } from "./host_rule.ts";

/** The bridge's variables; `--help` and the reference page are made of them. */
export const BRIDGE_ENV: z.ZodObject<{
  BRIDGE_LISTEN_ADDR: z.ZodType<string>;
  BRIDGE_LISTEN_PORT: z.ZodType<number>;
  BRIDGE_TARGET_ADDR: z.ZodType<string>;
  BRIDGE_TARGET_PORT: z.ZodType<number>;
  BRIDGE_ADMIN_ADDR: z.ZodType<string>;
  BRIDGE_ADMIN_PORT: z.ZodType<number>;
  BRIDGE_ALLOWED_HOSTS: z.ZodType<readonly string[]>;
  BRIDGE_ALLOWED_ORIGINS: z.ZodType<readonly string[]>;
  BRIDGE_TRUSTED_PROXIES: z.ZodType<readonly string[]>;
  BRIDGE_TOKEN_FILE: z.ZodType<string | undefined>;
  BRIDGE_GUARD: z.ZodType<"on" | "off">;
  BRIDGE_REFUSE_METHODS: z.ZodType<readonly string[]>;
  BRIDGE_COMPRESSION: z.ZodType<"strip" | "pass">;
  BRIDGE_MAX_CONNECTIONS: z.ZodType<number>;
  BRIDGE_MAX_CONNECTIONS_PER_PEER: z.ZodType<number>;
  BRIDGE_HEAD_TIMEOUT_MS: z.ZodType<number>;
  BRIDGE_IDLE_TIMEOUT_MS: z.ZodType<number>;
  BRIDGE_STALL_TIMEOUT_MS: z.ZodType<number>;
  BRIDGE_PING_INTERVAL_MS: z.ZodType<number>;
  BRIDGE_BROWSER_WAIT_MS: z.ZodType<number>;
  BRIDGE_DRAIN_MS: z.ZodType<number>;
}> = z.object({
  BRIDGE_LISTEN_ADDR: textVariable("address to listen on", "127.0.0.1"),
  BRIDGE_LISTEN_PORT: portVariable(9222, "port to listen on"),
  BRIDGE_TARGET_ADDR: textVariable("address of the browser's DevTools", "127.0.0.1"),
  BRIDGE_TARGET_PORT: portVariable(9223, "port of the browser's DevTools"),
  BRIDGE_ADMIN_ADDR: textVariable("address of health and metrics", "127.0.0.1"),
  BRIDGE_ADMIN_PORT: portVariable(9224, "port of health and metrics"),
  BRIDGE_ALLOWED_HOSTS: listVariable(
    "names clients may use in Host, comma separated, such as chrome-service,*.svc.example.com; " +
      "IP addresses and localhost are always allowed",
  ),
  BRIDGE_ALLOWED_ORIGINS: listVariable(
    "web origins that may connect, comma separated, such as https://devtools.example.com",
  ),
  BRIDGE_TRUSTED_PROXIES: listVariable(
    "addresses or ranges of proxies whose X-Forwarded-Proto counts, such as 10.0.0.0/8",
  ),
  BRIDGE_TOKEN_FILE: pathVariable("file with the token clients must show; none: no token"),
  BRIDGE_GUARD: choiceVariable(
    ["on", "off"],
    "on",
    "whether one client is kept from closing the browser for all",
  ),
  BRIDGE_REFUSE_METHODS: listVariable(
    "CDP methods to refuse while the guard is on, comma separated; :default limits a method to " +
      "calls without browserContextId, :foreign to targets the client did not create",
    "Storage.clearCookies:default,Network.clearBrowserCookies",
  ),
  BRIDGE_COMPRESSION: choiceVariable(
    ["strip", "pass"],
    "strip",
    "whether clients may negotiate WebSocket compression; pass needs BRIDGE_GUARD=off",
  ),
  BRIDGE_MAX_CONNECTIONS: integerVariable({
    fallback: 1_024,
    min: 1,
    max: 100_000,
    description: "connections at the same time",
  }),
  BRIDGE_MAX_CONNECTIONS_PER_PEER: integerVariable({
    fallback: 1_024,
    min: 1,
    max: 100_000,
    description: "connections at the same time from one address",
  }),
  BRIDGE_HEAD_TIMEOUT_MS: integerVariable({
    fallback: 10_000,
    min: 100,
    max: 600_000,
    description: "longest time a client may take to send a request's head",
  }),
  BRIDGE_IDLE_TIMEOUT_MS: integerVariable({
    fallback: 75_000,
    min: 100,
    max: 3_600_000,
    description: "longest silence between two requests on a kept connection",
  }),
  BRIDGE_STALL_TIMEOUT_MS: integerVariable({
    fallback: 5_000,
    min: 100,
    max: 600_000,
    description: "longest time a client may leave 64 KiB unread before it is disconnected",
  }),
  BRIDGE_PING_INTERVAL_MS: integerVariable({
    fallback: 20_000,
    min: 0,
    max: 3_600_000,
    description: "silence after which a client that is known to answer is pinged; 0: never",
  }),
  BRIDGE_BROWSER_WAIT_MS: integerVariable({
    fallback: 10_000,
    min: 0,
    max: 600_000,
    description: "how long a new connection waits for a browser that is starting",
  }),
  BRIDGE_DRAIN_MS: integerVariable({
    fallback: 5_000,
    min: 0,
    max: 600_000,
    description: "how long clients may take to leave when the bridge stops",
  }),
});

/** The bridge's configuration, checked. */
export type BridgeConfig = z.output<typeof BRIDGE_ENV>;

/**
 * Reads the configuration.
 *
 * @param env Where the variables are.
 * @throws {Fault} With code `config`, naming what is wrong.
 */
export function readBridgeConfig(env: EnvReader): BridgeConfig {
  const config = readEnv(BRIDGE_ENV, env);
  const target = config.BRIDGE_TARGET_ADDR;
  const faults = [
    // Chromium answers to no other name, and the bridge's own probe goes there too.
    ...(isAddress(target) || target === "localhost"
      ? []
      : [`BRIDGE_TARGET_ADDR is "${target}", must be an IP address or localhost`]),
    ...config.BRIDGE_ALLOWED_HOSTS.filter((name) => !isHostPattern(name))
      .map((name) => `BRIDGE_ALLOWED_HOSTS has "${name}", must be a host name or *.name`),
    ...config.BRIDGE_ALLOWED_ORIGINS.filter((origin) => !isOrigin(origin))
      .map((origin) =>
        `BRIDGE_ALLOWED_ORIGINS has "${origin}", must be an origin such as https://example.com`
      ),
    ...config.BRIDGE_TRUSTED_PROXIES.filter((range) => parseAddressRange(range) === undefined)
      .map((range) =>
        `BRIDGE_TRUSTED_PROXIES has "${range}", must be an address or a range such as 10.0.0.0/8`
      ),
    ...config.BRIDGE_REFUSE_METHODS.filter((rule) => !/^\w+\.\w+(:default|:foreign)?$/.test(rule))
      .map((rule) =>
        `BRIDGE_REFUSE_METHODS has "${rule}", must be a CDP method such as Storage.clearCookies`
      ),
  ];
  if (config.BRIDGE_COMPRESSION === "pass" && config.BRIDGE_GUARD === "on") {
    faults.push(
      'BRIDGE_COMPRESSION is "pass" while BRIDGE_GUARD is "on": the guard cannot read compressed ' +
        "messages, set one of them otherwise",
    );
  }
  if (faults.length > 0) {
    throw new Fault(`Cannot read the environment: ${faults.join("; ")}`, { code: "config" });
  }
  return config;
}

function isOrigin(text: string): boolean {
  return text !== "null" && URL.canParse(text) && new URL(text).origin === text.toLowerCase();
}
