/**
 * Which of our metrics an expression asks for. Pure.
 *
 * @module
 */

/** The names in PromQL, as the program registers them: a histogram's parts are its name's. */
export function metricNames(expr: string): readonly string[] {
  const names = expr.match(/\bhearth_[a-z0-9_]+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(?:bucket|sum|count)$/, "")))];
}
