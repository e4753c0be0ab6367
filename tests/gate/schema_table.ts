/**
 * A JSON Schema as a table for a reference page.
 *
 * @module
 */

/** What is read of a schema. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

/**
 * The fields of a schema, those below others with their path, as a Markdown table.
 *
 * @param schema A JSON Schema; a map by free names is shown as `<name>`.
 */
export function schemaTable(schema: Readonly<Record<string, unknown>>): string {
  const rows = fields(schema, "").map(({ path, type, fallback, description }) =>
    `| \`${path}\` | ${type} | ${fallback} | ${description} |\n`
  );
  return `| field | type | default | |\n| --- | --- | --- | --- |\n${rows.join("")}`;
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  readonly description: string;
}

function fields(schema: Schema, prefix: string): readonly Field[] {
  const { properties = {}, required = [], additionalProperties } = notNull(schema);
  const own = Object.entries(properties).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    // A map's own default is in the rows of its fields.
    const isMap = typeof child.default === "object" && !Array.isArray(child.default);
    const fallback = child.default === undefined || isMap
      ? required.includes(name) ? "required" : ""
      : `\`${JSON.stringify(child.default)}\``;
    const field = { path, type: typeText(child), fallback, description: child.description ?? "" };
    return [field, ...fields(child, `${path}.`)];
  });
  const named = typeof additionalProperties === "object"
    ? fields(additionalProperties, `${prefix}<name>.`)
    : [];
  return [...own, ...named];
}

function typeText(schema: Schema): string {
  const { type, items, enum: words } = notNull(schema);
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(", ");
  if (items !== undefined) return `list of ${typeText(items)}`;
  const name = typeof type === "object" ? type.find((one) => one !== "null") : type;
  return name === "object" ? "map" : name === "string" ? "text" : name ?? "";
}

/** The schema without the choice of being empty. */
function notNull(schema: Schema): Schema {
  const some = schema.anyOf?.find(({ type }) => type !== "null");
  return some === undefined ? schema : { ...schema, ...some };
}
