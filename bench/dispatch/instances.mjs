// Many instances in one process: each port answers with its own number, so that an answer proves
// whose instance gave it. Prints "ready" and all ports once they listen.
import process from "node:process";
import { Buffer } from "node:buffer";
import { createServer } from "node:http";

const count = Number(process.argv[2]);
const block = Buffer.alloc(65_536, "0123456789abcdef");

function answer(request, response) {
  const port = request.socket.localPort;
  const size = Number(new URL(request.url, "http://localhost").searchParams.get("bytes") ?? 0);
  if (size === 0) {
    // Also what an auth_request asks, which wants no body.
    const body = JSON.stringify({ authenticated: true, port });
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
    return;
  }
  response.writeHead(200, { "content-length": size });
  let left = size;
  const send = () => {
    while (left > 0) {
      const piece = block.subarray(0, left);
      left -= piece.length;
      if (!response.write(piece)) return response.once("drain", send);
    }
    response.end();
  };
  send();
}

const ports = [];
for (let at = 0; at < count; at++) {
  const server = createServer(answer);
  // A crowd on a busy machine takes its time; nobody is to be closed for that.
  server.keepAliveTimeout = 600_000;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
    if (ports.push(server.address().port) === count) process.stdout.write(`ready ${ports}\n`);
  });
}
