// What http-proxy's ws() does, in Node itself: upgrade, then two pipes.
import http from "node:http";

const [port, target] = process.argv.slice(2).map(Number);
const headers = (request) => ({
  ...request.headers,
  host: `localhost:${target}`,
  origin: undefined,
});
const clean = (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value));

const server = http.createServer((request, response) => {
  const upstream = http.request({
    host: "127.0.0.1",
    port: target,
    path: request.url,
    method: request.method,
    headers: clean(headers(request)),
    agent: false,
  }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  request.pipe(upstream);
});
server.on("upgrade", (request, socket, head) => {
  const upstream = http.request({
    host: "127.0.0.1",
    port: target,
    path: request.url,
    headers: clean(headers(request)),
    agent: false,
  });
  upstream.on("error", () => socket.destroy());
  upstream.on("upgrade", (answer, other, otherHead) => {
    const lines = answer.rawHeaders.map((text, at) => at % 2 ? `${text}\r\n` : `${text}: `).join(
      "",
    );
    socket.write(`HTTP/1.1 101 ${answer.statusMessage}\r\n${lines}\r\n`);
    socket.setNoDelay(true);
    other.setNoDelay(true);
    if (head.length) other.write(head);
    if (otherHead.length) socket.write(otherHead);
    other.on("error", () => socket.destroy());
    socket.on("error", () => other.destroy());
    other.pipe(socket).pipe(other);
  });
  upstream.end();
});
server.listen(port, "127.0.0.1");
