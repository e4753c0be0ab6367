/**
 * Configuration from the environment, read once per program, with every fault reported at once.
 *
 * A program's variables are one zod object whose keys are the variable names; the same object
 * gives the text for `--help` and the reference page. Building blocks for the common kinds of
 * variable stand here too, so that the same mistake gets the same sentence everywhere.
 *
 * @module
 */
import { z } from "zod";
import { Fault } from "./fault.ts";
import { Secret } from "./secret.ts";

/** Looks up one environment variable, as `Deno.env` does. */
export interface EnvReader {
  /** The value, or `undefined` where the variable is not set. */
  get(name: string): string | undefined;
}

/** A TCP port; 0 lets the kernel choose. */
export function portVariable(fallback: number, description: string): z.ZodType<number> {
  return z.string().regex(/^\d{1,5}$/, "must be a port number from 0 to 65535")
    .transform(Number).refine((port) => port <= 65_535, "must be a port number from 0 to 65535")
    .prefault(String(fallback)).describe(description);
}

/** A whole number of something, within bounds. */
export function integerVariable(
  options: { fallback: number; min: number; max: number; description: string },
): z.ZodType<number> {
  const { fallback, min, max, description } = options;
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d{1,15}$/, rule).transform(Number)
    .refine((value) => value >= min && value <= max, rule)
    .prefault(String(fallback)).describe(description);
}

/** A text that is not empty. Without a fallback the variable is optional. */
export function textVariable(description: string, fallback: string): z.ZodType<string>;
/** A text that is not empty, or `undefined`. */
export function textVariable(description: string): z.ZodType<string | undefined>;
export function textVariable(
  description: string,
  fallback?: string,
): z.ZodType<string | undefined> {
  const schema = z.string().min(1, "must not be empty");
  return (fallback === undefined ? schema.optional() : schema.prefault(fallback))
    .describe(description);
}

/** An absolute path. */
export function pathVariable(description: string, fallback: string): z.ZodType<string>;
/** An absolute path, or `undefined`. */
export function pathVariable(description: string): z.ZodType<string | undefined>;
export function pathVariable(
  description: string,
  fallback?: string,
): z.ZodType<string | undefined> {
  const schema = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");
  return (fallback === undefined ? schema.optional() : schema.prefault(fallback))
    .describe(description);
}

/** One of a few words. */
export function choiceVariable<const T extends string>(
  choices: readonly T[],
  fallback: NoInfer<T>,
  description: string,
): z.ZodType<T> {
  const rule = `must be one of ${choices.map((choice) => `"${choice}"`).join(", ")}`;
  return z.enum(choices as [T, ...T[]], rule)
    .prefault(fallback).describe(description);
}

/** Words separated by commas, none where nothing is said; blanks around them do not count. */
export function listVariable(
  description: string,
  fallback: string = "",
): z.ZodType<readonly string[]> {
  return z.string().transform((text) =>
    text.split(",").map((item) => item.trim()).filter((item) => item !== "")
  ).prefault(fallback).describe(description);
}

/** An `http:` or `https:` URL. Its value is not repeated in faults, since it may hold a password. */
export function urlVariable(description: string, fallback: string): z.ZodType<URL>;
/** An `http:` or `https:` URL, or `undefined`. */
export function urlVariable(description: string): z.ZodType<URL | undefined>;
export function urlVariable(description: string, fallback?: string): z.ZodType<URL | undefined> {
  const schema = z.string().refine(isHttpUrl, "must be an http: or https: URL")
    .transform((text) => new URL(text));
  return (fallback === undefined ? schema.optional() : schema.prefault(fallback))
    .describe(description);
}

/** A secret given directly. Prefer a file: an environment can be read by more than the program. */
export function secretVariable(description: string): z.ZodType<Secret | undefined> {
  return z.string().min(1, "must not be empty").transform((text) => new Secret(text))
    .optional().meta({ description, isSecret: true });
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * Reads and checks every variable of a schema.
 *
 * @param schema A zod object whose keys are variable names.
 * @param env Where to look them up; an empty value counts as set.
 * @returns The typed values.
 * @throws {Fault} With code `config`, naming every variable that is wrong.
 */
export function readEnv<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  env: EnvReader,
): z.output<z.ZodObject<S>> {
  const raw: Record<string, string | undefined> = {};
  for (const name of Object.keys(schema.shape)) raw[name] = env.get(name);
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const field = schema.shape[name] as unknown as z.ZodType | undefined;
    const isHidden = field?.meta()?.isSecret === true || /URL|TOKEN/.test(name);
    const value = raw[name];
    if (value === undefined) return `${name} is not set, ${issue.message}`;
    return isHidden ? `${name} ${issue.message}` : `${name} is "${value}", ${issue.message}`;
  });
  throw new Fault(`Cannot read the environment: ${faults.join("; ")}`, { code: "config" });
}

/** One line of the reference: a variable, its default and what it is for. */
export interface EnvDescription {
  /** The variable's name. */
  name: string;
  /** Its default as it would be written, or `undefined` where there is none. */
  fallback: string | undefined;
  /** What it is for. */
  description: string;
}

/** What `--help` and the reference page say of a schema, in its own order. */
export function describeEnv(schema: z.ZodObject): readonly EnvDescription[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const type = field as unknown as z.ZodType;
    const definition = type.def as { defaultValue?: unknown };
    const fallback = definition.defaultValue;
    return {
      name,
      fallback: fallback === undefined || fallback === "" ? undefined : String(fallback),
      description: type.description ?? "",
    };
  });
}
