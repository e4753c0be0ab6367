/**
 * What is known of an agent's own configuration: where it is, how it is read, what changes it.
 *
 * @module
 */
import type { Agent } from "../../roster/roster_schema.ts";
import type { HostView } from "../host_view.ts";

/** The name of our entry in every agent's list of MCP servers. */
export const ENTRY_NAME = "playwright";

/** The address of a user's own MCP server. */
export function serverUrl(port: number): string {
  return `http://localhost:${port}/mcp`;
}

/** An agent's entry of the name {@linkcode ENTRY_NAME}, as far as it matters. */
export interface McpEntry {
  /** The address it calls over HTTP; `undefined` where it does anything else. */
  readonly url: string | undefined;
  /** Whether it says no more than an entry of ours would: nothing is lost by replacing it. */
  readonly isPlain: boolean;
}

/** What a configuration says of our entry. */
export type ParsedConfig =
  | { readonly isValid: true; readonly entry: McpEntry | undefined }
  /** Why it cannot be read, without anything of what is in it. */
  | { readonly isValid: false; readonly reason: string };

/** An agent that wires itself by its own program. */
export interface AgentProgram {
  /** Its name, looked for where users and the machine have programs. */
  readonly name: string;
  /** Arguments that add our entry where there is none. */
  readonly add: (url: string) => readonly string[];
  /** Arguments that take our entry away, where adding does not replace it. */
  readonly remove?: readonly string[];
}

/** One agent's configuration of a user, for every directory. */
export interface AgentConfig {
  /** The agent. */
  readonly agent: Agent;
  /** Files it reads, the strongest first. */
  readonly files: (host: HostView, home: string) => readonly string[];
  /** The file that changes, of those it reads. */
  readonly target: (host: HostView, home: string) => string;
  /** Reads one of them. Never throws, whatever the user wrote. */
  readonly parse: (text: string) => ParsedConfig;
  /** A file that has our entry and nothing else. */
  readonly fileWith: (url: string) => string;
  /** Its program; without one the file is written, and only where there is none. */
  readonly program?: AgentProgram;
}
