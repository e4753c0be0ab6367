/**
 * Logins that are bound to the device they were made on.
 *
 * A site may bind a session to a key that cannot leave the machine (Device Bound Session
 * Credentials, https://www.w3.org/TR/dbsc/). Its cookies are copied like all others and stop
 * working elsewhere within minutes, so the person should know which sites these are.
 *
 * @module
 */
import type { CdpClient } from "../../cdp/client.ts";
import { DeadlineError, withDeadline } from "../../core/deadline.ts";
import type { HiddenPage } from "./hidden_page.ts";

/** A browser that has the feature reports right away; one without it accepts the command and is silent. */
const DEADLINE_MS = 300;

/**
 * The sites with a session that is bound to this device.
 *
 * @param client A connection to the browser.
 * @param page Any hidden page.
 * @returns Sites such as `https://example.com`, each once. None where the browser does not tell.
 */
export async function deviceBoundSites(
  client: CdpClient,
  page: HiddenPage,
): Promise<readonly string[]> {
  const { promise: reported, resolve } = Promise.withResolvers<readonly string[]>();
  const stop = client.on("Network.deviceBoundSessionsAdded", ({ sessions }, sessionId) => {
    if (sessionId === page.sessionId) resolve(sessions.map(({ key }) => key.site));
  });
  try {
    const options = { sessionId: page.sessionId };
    await client.send("Network.enableDeviceBoundSessions", { enable: true }, options);
    return [...new Set(await withDeadline(reported, DEADLINE_MS, "The list of bound sessions"))];
  } catch (error) {
    if (error instanceof DeadlineError) return [];
    throw error;
  } finally {
    stop();
  }
}
