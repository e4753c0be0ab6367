/**
 * What must be true before anything is started, so that a person gets one sentence instead of a
 * supervisor that keeps trying.
 *
 * @module
 */
import type { BrowserDeps } from "./deps.ts";
import { missingProgramsFault, neededPrograms } from "./needs.ts";
import { waitForFreePort } from "./port_claim.ts";
import { prepareProfile } from "./profile.ts";
import { decideSandbox } from "./sandbox.ts";
import type { BrowserSettings } from "./settings.ts";

/**
 * Checks programs, profile and ports, and decides about the sandbox.
 *
 * @param settings Everything that is configured.
 * @param deps Machine, clock and log.
 * @throws {Fault} When the browser cannot be started.
 */
export async function preflight(
  settings: BrowserSettings,
  deps: BrowserDeps,
): Promise<{ readonly isSandboxed: boolean }> {
  const { machine, clock, log } = deps;
  const needs = neededPrograms(settings.mode, settings.chromium);
  const fault = missingProgramsFault(needs, await machine.existing(needs.map(({ path }) => path)));
  if (fault !== undefined) throw fault;
  // A last run that was killed may still be on its way out: profile first, then its ports.
  await prepareProfile(settings.profileDir, deps);
  const loopback = "127.0.0.1";
  const ports = [{ hostname: loopback, port: settings.cdpPort, variable: "BROWSER_CDP_PORT" }];
  if (settings.mode === "virtual") {
    const { addr, port } = settings.view;
    ports.push({ hostname: addr, port, variable: "BROWSER_VIEW_PORT" });
    ports.push({ hostname: loopback, port: settings.vncPort, variable: "BROWSER_VNC_PORT" });
  }
  for (const port of ports) await waitForFreePort(port, clock);
  const { isSandboxed, warning } = decideSandbox(settings.sandbox, await machine.sandboxFacts());
  if (warning !== undefined) log.warn(warning);
  return { isSandboxed };
}
