/**
 * The snapshot server's API as an OpenAPI document.
 *
 * Bodies come from the schemas that the programs parse with, paths and limits from the server; what
 * is written here is the prose, and which answers there are. `open_api_test.ts` asks a real server
 * for each of them.
 *
 * @module
 */
import { inventoryJsonSchema } from "../../snapshot/inventory/sites_question.ts";
import { SORT_KEYS } from "../../snapshot/page/site_order.ts";
import { statusJsonSchema } from "../../snapshot/page/status_body.ts";
import { AGE_HEADER, MAX_WAIT_SECONDS } from "../../snapshot/server/answer_snapshot.ts";
import { API_PATHS } from "../../snapshot/server/snapshot_api.ts";
import { storageStateJsonSchema } from "../../snapshot/storage_state.ts";

/** An answer of the API. */
export interface ApiAnswer {
  /** What it means. */
  readonly description: string;
  /** Its header fields, where they matter to a client. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Its body's schema, by type. */
  readonly content?: Readonly<
    Record<string, { readonly schema: Readonly<Record<string, unknown>> }>
  >;
}

/** An operation of the API. */
export interface ApiOperation {
  /** In a sentence. */
  readonly summary: string;
  /** Its answers, by status. */
  readonly responses: Readonly<Record<string, ApiAnswer>>;
  /** What it takes. */
  readonly parameters?: readonly unknown[];
  /** Empty where no token is needed. */
  readonly security?: readonly unknown[];
}

/** The document, as far as it is looked at. */
export interface OpenApi {
  /** The operation of each path. */
  readonly paths: Readonly<Record<string, { readonly get: ApiOperation }>>;
  /** Everything else. */
  readonly [key: string]: unknown;
}

const TEXT = { "text/plain": { schema: { type: "string" } } };
const ERROR = {
  "application/json": {
    schema: {
      type: "object",
      properties: { error: { type: "string" } },
      required: ["error"],
    },
  },
};

const error = (description: string): ApiAnswer => ({ description, content: ERROR });
const field = (description: string) => ({ description, schema: { type: "string" } });

const REFUSALS = {
  401: {
    ...error("The token is missing, or nobody's"),
    headers: { "www-authenticate": field("Bearer") },
  },
  404: error("Nothing has been harvested yet"),
  503: error("No token is configured, so that nobody can be let in"),
};

/** The page is for browsers: its refusals are text, and offer either way in. */
const PAGE_REFUSALS = {
  401: {
    description: "Neither a token, as a bearer or as a password, nor the ingress's login",
    headers: { "www-authenticate": field('Basic realm="Hearth", and Bearer') },
    content: TEXT,
  },
  503: { description: "Nobody can be let in: there is no token and no ingress", content: TEXT },
};

const PAGE_SECURITY = [{ bearer: [] }, { password: [] }];

const ETAG = { etag: field("Strong, and made from the bytes that this token gets") };

const OPERATIONS: Readonly<Record<string, ApiOperation>> = {
  "/healthz": {
    summary: "Whether the program runs",
    security: [],
    responses: { 200: { description: "It does", content: TEXT } },
  },
  "/readyz": {
    summary: "Whether it has what it serves",
    security: [],
    responses: {
      200: { description: "It has", content: TEXT },
      503: { description: "A line for each thing that is wrong: severity and name", content: TEXT },
    },
  },
  "/api/snapshot": {
    summary: "The storage state, as far as the token may have it",
    parameters: [
      {
        name: "wait",
        in: "query",
        description: "Seconds to hold an answer that would tell nothing new (304 or 404)",
        schema: { type: "integer", minimum: 0, maximum: MAX_WAIT_SECONDS, default: 0 },
      },
      {
        name: "If-None-Match",
        in: "header",
        description: "The tag of what the client has",
        schema: { type: "string" },
      },
    ],
    responses: {
      200: {
        description: "The storage state, compressed as the client asks for",
        headers: {
          ...ETAG,
          [AGE_HEADER]: field("Milliseconds since it was written"),
          "content-length": field("Bytes as they are sent"),
        },
        content: { "application/json": { schema: ref("StorageState") } },
      },
      304: { description: "The client has it already", headers: ETAG },
      400: error("`wait` is no number of seconds, or given twice"),
      ...REFUSALS,
    },
  },
  "/api/sites": {
    summary: "Which sites the token may read a login of, and until when. Never a value",
    responses: {
      200: {
        description: "A row for each site",
        content: { "application/json": { schema: ref("Inventory") } },
      },
      ...REFUSALS,
    },
  },
  "/api/status": {
    summary: "How the pipeline stands, as far as the token may know: what the status page says",
    responses: {
      200: {
        description: "The same whether or not anything has been harvested",
        content: { "application/json": { schema: ref("Status") } },
      },
      401: REFUSALS[401],
      503: REFUSALS[503],
    },
  },
  "/": {
    summary: "The status page, to whoever shows a token or is let in by the ingress",
    security: PAGE_SECURITY,
    parameters: [
      {
        name: "q",
        in: "query",
        description: "What a site's name, login or reader has to contain",
        schema: { type: "string", maxLength: 100 },
      },
      {
        name: "sort",
        in: "query",
        description: "What the table of sites is sorted by",
        schema: { enum: SORT_KEYS, default: "expires" },
      },
      {
        name: "dir",
        in: "query",
        description: "`desc`: the last one first",
        schema: { enum: ["desc"] },
      },
      {
        name: "readers",
        in: "query",
        description: "The site whose readers are all named",
        schema: { type: "string" },
      },
    ],
    responses: {
      200: {
        description: "The page; it needs no script",
        headers: { "content-security-policy": field("Allows what is served here and no more") },
        content: { "text/html; charset=utf-8": { schema: { type: "string" } } },
      },
      ...PAGE_REFUSALS,
    },
  },
  "/page/events": {
    summary: "Server-sent events: when to look at the page again. They carry no facts",
    security: PAGE_SECURITY,
    responses: {
      200: {
        description: "`event: change` at once, with every change, and every ten seconds. It ends " +
          "when its viewer's access does. A server has at most 200 of them, and answers 503 to more",
        content: { "text/event-stream": { schema: { type: "string" } } },
      },
      ...PAGE_REFUSALS,
    },
  },
};

/** What is described: the API, and of the page what is no file of its own. */
const PATHS = [...API_PATHS, "/", "/page/events"];

/**
 * The document.
 *
 * @throws {Error} When the server has a path that is not described, or the other way round.
 */
export function openApi(): OpenApi {
  const described = Object.keys(OPERATIONS);
  if (described.toSorted().join() !== PATHS.toSorted().join()) {
    throw new Error(`Cannot describe the API: it has ${PATHS}, described are ${described}`);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Hearth snapshot server",
      version: "1",
      description: "The browser's logged-in state, to whoever shows a token. HEAD answers as GET " +
        "without a body; other methods are answered 405, other paths 404 without a body.",
      license: { name: "MIT" },
    },
    security: [{ bearer: [] }],
    paths: Object.fromEntries(
      PATHS.map((path) => [path, { get: operationOf(path) }]),
    ),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        password: { type: "http", scheme: "basic", description: "Any name; the token" },
      },
      schemas: {
        StorageState: storageStateJsonSchema(),
        Inventory: inventoryJsonSchema(),
        Status: statusJsonSchema(),
      },
    },
  };
}

function operationOf(path: string): ApiOperation {
  const operation = OPERATIONS[path];
  if (operation === undefined) throw new Error(`Cannot describe ${path}: it is not there`);
  return operation;
}

function ref(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}
