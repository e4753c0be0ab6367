/**
 * Performers for a test in which no program is installed and no agent wired.
 *
 * @module
 */
import type { Performers } from "../../provision/real/performers.ts";

function refuse(action: { readonly kind: string }): never {
  throw new Error(`Nothing was to carry out "${action.kind}"`);
}

/** Performers that are never asked. */
export const noPerformers: Performers = {
  wire_agent: refuse,
  install_claude: refuse,
  retire_legacy: refuse,
  install_packages: refuse,
  install_tree: refuse,
  install_accounts: refuse,
  install_sudoers: refuse,
};
