/**
 * A value from a strict YAML text against its zod shape, every fault with its place.
 *
 * @module
 */
import type { z } from "zod";
import { nearestWord } from "./nearest_word.ts";
import type { StrictYaml } from "./strict_yaml.ts";
import { shownValue, type TextFault } from "./text_fault.ts";

/** The value, typed; or what is wrong with it. */
export type ShapeResult<T> =
  | { readonly isValid: true; readonly value: T }
  | { readonly isValid: false; readonly faults: readonly TextFault[] };

/**
 * Checks a value of a text. Messages of the shape are the `must be …` part of a sentence.
 *
 * @param yaml The text the value stands in.
 * @param path Where the value stands.
 * @param value The value.
 * @param shape What it must be.
 * @param mayShow Whether a text or number at a path may be repeated; not where it may be a secret.
 */
export function checkShape<T>(
  yaml: StrictYaml,
  path: readonly string[],
  value: unknown,
  shape: z.ZodType<T>,
  mayShow: (path: readonly string[]) => boolean = () => true,
): ShapeResult<T> {
  const result = shape.safeParse(value);
  if (result.success) return { isValid: true, value: result.data };
  return {
    isValid: false,
    faults: withoutEchoes(result.error.issues).flatMap((issue) =>
      issueFaults(yaml, path, value, shape, issue, mayShow)
    ),
  };
}

/** A text in place of a list is not too long a list as well. */
function withoutEchoes(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const placeOf = (issue: z.core.$ZodIssue) => JSON.stringify(issue.path);
  const ofOtherType = new Set(
    issues.filter(({ code }) => code === "invalid_type").map(placeOf),
  );
  return issues.filter((issue) =>
    issue.code === "invalid_type" || !ofOtherType.has(placeOf(issue))
  );
}

function issueFaults(
  yaml: StrictYaml,
  base: readonly string[],
  root: unknown,
  shape: z.ZodType,
  issue: z.core.$ZodIssue,
  mayShow: (path: readonly string[]) => boolean,
): readonly TextFault[] {
  const path = [...base, ...issue.path.map(String)];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(shape, issue.path);
    return issue.keys.map((key) => {
      const meant = nearestWord(key, known);
      const hint = meant === undefined
        ? `must be one of ${known.join(", ")}`
        : `did you mean "${meant}"`;
      return yaml.fault([...path, key], `is no known key, ${hint}`, "key", meant);
    });
  }
  const found = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    root,
  );
  if (issue.code === "invalid_key") {
    return [yaml.fault(path, issue.issues[0]?.message ?? issue.message, "key")];
  }
  if (found === undefined) return [yaml.fault(path, `is missing, ${issue.message}`)];
  // What kind of thing stands there is no secret.
  if (typeof found !== "object" && !mayShow(path)) return [yaml.fault(path, issue.message)];
  const meant = issue.code === "invalid_value" && typeof found === "string"
    ? nearestWord(found, issue.values.map(String))
    : undefined;
  return [yaml.fault(path, `is ${shownValue(found)}, ${issue.message}`, "value", meant)];
}

/** The keys an object of the shape may have, at a path below it. */
function keysAt(shape: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at = unwrap(shape);
  for (const step of path) {
    const def = at.def as { shape?: Record<PropertyKey, z.ZodType>; element?: z.ZodType } & {
      valueType?: z.ZodType;
    };
    const next = def.shape?.[step] ?? def.element ?? def.valueType;
    if (next === undefined) return [];
    at = unwrap(next);
  }
  return Object.keys((at.def as { shape?: object }).shape ?? {});
}

/** The type inside optional, nullable and default ones. */
function unwrap(type: z.ZodType): z.ZodType {
  const inner = (type.def as { innerType?: z.ZodType }).innerType;
  return inner === undefined ? type : unwrap(inner);
}
