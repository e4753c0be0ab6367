// An instance that sends back what comes through a WebSocket, as t3's stand-in in the tests does; run
// by Node. Prints "ready" and its port.
import { createServer } from "node:http";
import process from "node:process";
import { echoWebSocket } from "../../tests/t3_fixture/web_socket.ts";

const server = createServer((_, response) => response.end('{"authenticated":true}'));
server.on("upgrade", echoWebSocket);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`ready ${typeof address === "object" && address?.port}\n`);
});
