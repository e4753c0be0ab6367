/**
 * A stand-in for Vault, for what the product asks of it: reading KV version 2 with a token.
 *
 * It answers as Vault's HTTP API is documented to (developer.hashicorp.com/vault/api-docs):
 * - `GET /v1/MOUNT/data/PATH` with a good `X-Vault-Token`: 200 with `data.data` and `data.metadata`;
 * - a path that holds nothing: 404 with an empty list of errors;
 * - a version that was deleted: 404 with its metadata, `data.data` being null;
 * - a mount that does not exist: 404 with an error that says so;
 * - another token, or none: 403 "permission denied";
 * - sealed: 503 "Vault is sealed", whatever is asked;
 * - busy: 429.
 * Namespaces are told apart by `X-Vault-Namespace`. Nothing is written over HTTP: a test calls
 * {@linkcode TestVault.put}.
 *
 * @module
 */

/** A running stand-in. */
export interface TestVault extends AsyncDisposable {
  /** What `VAULT_ADDR` is set to. */
  readonly address: string;
  /** Every request's path and headers, as they arrived. */
  readonly requests: readonly { readonly url: string; readonly headers: Headers }[];
  /** Makes a new version of a secret, such as `secret/hearth`. */
  put(path: string, data: Readonly<Record<string, unknown>>): void;
  /** Deletes the newest version, which can be undone, or destroys it. */
  drop(path: string, how: "delete" | "destroy"): void;
  /** What it answers from now on, whatever is asked. */
  become(state: "well" | "sealed" | "busy" | "broken" | "elsewhere" | "a web page"): void;
}

/** How it starts. */
export interface TestVaultOptions {
  /** The one token that may read. @default {"hvs.test"} */
  readonly token?: string;
  /** The namespace that everything is in. */
  readonly namespace?: string;
  /** The port. @default {one that is free} */
  readonly port?: number;
}

interface Version {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly version: number;
  readonly deletionTime: string;
  readonly isDestroyed: boolean;
}

const json = (status: number, body: unknown) => Response.json(body, { status });
const errors = (status: number, ...messages: readonly string[]) =>
  json(status, { errors: messages });

/** Starts one on loopback. */
export function startVault(options: TestVaultOptions = {}): TestVault {
  const { token = "hvs.test", namespace = "", port = 0 } = options;
  const secrets = new Map<string, Version>();
  const requests: { url: string; headers: Headers }[] = [];
  let state: Parameters<TestVault["become"]>[0] = "well";

  function answer(request: Request): Response {
    requests.push({ url: request.url, headers: request.headers });
    if (state === "sealed") return errors(503, "Vault is sealed");
    if (state === "busy") return errors(429, "request path: rate limit quota exceeded");
    if (state === "broken") return errors(500, "internal error");
    if (state === "elsewhere") return Response.redirect("http://127.0.0.1:9/v1/", 307);
    if (state === "a web page") return new Response("<!doctype html><title>Log in</title>");
    if (request.headers.get("x-vault-token") !== token) return errors(403, "permission denied");
    if ((request.headers.get("x-vault-namespace") ?? "") !== namespace) {
      return errors(403, "permission denied");
    }
    const match = /^\/v1\/([^/]+)\/data\/(.+)$/.exec(new URL(request.url).pathname);
    const [, mount = "", path = ""] = match ?? [];
    if (request.method !== "GET" || match === null) return errors(405, "unsupported operation");
    const isMounted = [...secrets.keys()].some((name) => name.startsWith(`${mount}/`));
    if (!isMounted) {
      return errors(404, `no handler for route "${mount}/data/${path}". route entry not found.`);
    }
    const found = secrets.get(`${mount}/${path}`);
    if (found === undefined) return errors(404);
    const { data, version, deletionTime, isDestroyed } = found;
    const metadata = {
      created_time: "2026-01-01T00:00:00Z",
      custom_metadata: null,
      deletion_time: deletionTime,
      destroyed: isDestroyed,
      version,
    };
    return json(data === null ? 404 : 200, { request_id: "0", data: { data, metadata } });
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    (request) => answer(request),
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    requests,
    put(path, data) {
      const version = (secrets.get(path)?.version ?? 0) + 1;
      secrets.set(path, { data, version, deletionTime: "", isDestroyed: false });
    },
    drop(path, how) {
      const version = secrets.get(path)?.version ?? 1;
      const isDestroyed = how === "destroy";
      const deletionTime = isDestroyed ? "" : "2026-01-02T00:00:00Z";
      secrets.set(path, { data: null, version, deletionTime, isDestroyed });
    },
    become: (next) => void (state = next),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
