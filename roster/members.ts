/**
 * The members of the group that grants access, as a file lists them.
 *
 * @module
 */
import { z } from "zod";
import { readStrictYaml } from "../core/strict_yaml.ts";
import type { TextFault } from "../core/text_fault.ts";
import { checkShape } from "../core/yaml_shape.ts";
import { IDENTITY, IDENTITY_RULE, identityKey } from "./identity.ts";

/** The members, or why the text is no list of them. */
export type ParsedMembers =
  | { readonly isValid: true; readonly members: readonly string[] }
  | { readonly isValid: false; readonly faults: readonly TextFault[] };

const RULE = 'must be a JSON list of members, such as ["alice", "bob@example.com"]';
const MEMBERS = z.array(z.string(IDENTITY_RULE).regex(IDENTITY, IDENTITY_RULE), RULE)
  .min(1, "must name at least one member: an empty list would remove everybody");

/**
 * Reads a list of members. One without members is refused: it is what a failed query looks like.
 *
 * @param text A JSON (or YAML) list of identities.
 * @returns The members, each person once, in the file's order.
 */
export function parseMembers(text: string): ParsedMembers {
  const yaml = readStrictYaml(text);
  if (yaml.faults.length > 0) return { isValid: false, faults: yaml.faults };
  const result = checkShape(yaml, [], yaml.value, MEMBERS);
  if (!result.isValid) return result;
  const byKey = new Map(result.value.toReversed().map((member) => [identityKey(member), member]));
  return { isValid: true, members: [...byKey.values()].reverse() };
}
