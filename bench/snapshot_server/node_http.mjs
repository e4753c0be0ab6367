/**
 * Node's own server with one snapshot behind one bearer, with ETag and long poll.
 *
 * Usage: node_http.mjs PORT FILE TOKEN
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync, watch } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname } from "node:path";

const [port, file, token] = process.argv.slice(2);
const digestOf = (text) => createHash("sha256").update(text).digest();
const right = digestOf(`Bearer ${token}`);
const waiters = new Set();
let current = read();

function read() {
  const body = readFileSync(file);
  return { body, etag: `"${createHash("sha256").update(body).digest("hex")}"` };
}

watch(dirname(file), (_, name) => {
  if (name !== basename(file)) return;
  const next = read();
  if (next.etag === current.etag) return;
  current = next;
  for (const wake of waiters) wake();
});

function answer(request, response) {
  const { body, etag } = current;
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, { etag, "cache-control": "no-cache" }).end();
    return;
  }
  response.writeHead(200, {
    etag,
    "cache-control": "no-cache",
    "content-type": "application/json",
    "content-length": body.length,
  }).end(body);
}

createServer((request, response) => {
  if (!timingSafeEqual(digestOf(request.headers.authorization ?? ""), right)) {
    response.writeHead(401).end();
    return;
  }
  const wait = Number(/[?&]wait=(\d+)/.exec(request.url)?.[1] ?? 0);
  if (wait === 0 || request.headers["if-none-match"] !== current.etag) {
    answer(request, response);
    return;
  }
  const finish = () => {
    clearTimeout(timer);
    waiters.delete(finish);
    answer(request, response);
  };
  const timer = setTimeout(finish, wait * 1_000);
  waiters.add(finish);
}).listen({ port: Number(port), host: "127.0.0.1", backlog: 4_096 });
