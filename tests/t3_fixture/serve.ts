/**
 * `t3 serve`: opens the state, listens, and ends the way this build ends.
 *
 * @module
 */
import process from "node:process";
import type { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import { existsSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Duplex } from "node:stream";
import { type Behaviour, readBehaviour } from "./behaviour.ts";
import { answer, currentSession, json, type Server } from "./http_routes.ts";
import { openState } from "./state.ts";
import { echoWebSocket } from "./web_socket.ts";
import { writeTicks } from "./ticks.ts";

/** How to serve. */
export interface ServeOptions {
  /** The address. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** Where the state is. */
  readonly baseDir: string;
  /** The URL of the program, for its behaviour. */
  readonly packageUrl: string;
}

/** Serves until the process is ended. */
export function serve({ host, port, baseDir, packageUrl }: ServeOptions): void {
  const behaviour = readBehaviour(packageUrl, baseDir);
  endsWhenAsked(behaviour);
  if (behaviour.start === "exits") {
    process.stderr.write("Error: this build does not start\n");
    process.exit(1);
  }
  // As t3 does before it says where it can be reached, also where that is loopback only.
  networkInterfaces();
  const state = openState(baseDir, behaviour);
  const server: Server = { state, baseDir, address: { host, port }, tickets: new Map() };
  const http = createServer((request, response) => {
    const look = () => readBehaviour(packageUrl, baseDir);
    think(look).then((now) => answer(server, now, request, response)).catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      if (!response.headersSent) json(response, 500, { error: error.message });
      else response.destroy();
    });
  });
  // A client may take as long as it likes.
  http.requestTimeout = 0;
  http.on("upgrade", (request, socket, early) => {
    upgrade(server, readBehaviour(packageUrl, baseDir), { request, socket, early });
  });
  http.on("error", (error) => {
    process.stderr.write(`Error: ${error.message}\n`);
    process.exit(1);
  });
  if (behaviour.start === "listens") setTimeout(listen, behaviour.listenMs);
  else {
    const waiting = setInterval(() => {
      if (readBehaviour(packageUrl, baseDir).start !== "listens") return;
      clearInterval(waiting);
      listen();
    }, 50);
  }

  function listen(): void {
    http.listen({ host, port }, () => {
      writeFileSync(
        `${state.stateDir}/server-runtime.json`,
        JSON.stringify({ pid: process.pid, host, port, version: behaviour.version }),
      );
      process.stdout.write(`Listening on http://${host}:${port}\n`);
      if (behaviour.livesMs !== undefined) setTimeout(crash, behaviour.livesMs);
      const { diesBeside } = behaviour;
      if (diesBeside !== undefined) {
        setInterval(() => existsSync(`${baseDir}/${diesBeside}`) && crash(), 50);
      }
      if (behaviour.writeEveryMs !== undefined) writeTicks(state, behaviour);
    });
  }
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly early: Buffer;
}

function upgrade(server: Server, behaviour: Behaviour, { request, socket, early }: Upgrade): void {
  socket.on("error", () => socket.destroy());
  if (behaviour.webSocket === "silent") return;
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const ticketEndsMs = server.tickets.get(searchParams.get("wsTicket") ?? "") ?? 0;
  const isAllowed = ticketEndsMs > Date.now() ||
    currentSession(server, behaviour, request) !== undefined;
  if (behaviour.webSocket === "refused") return refuse(socket, "500 Internal Server Error");
  if (pathname !== "/ws") return refuse(socket, "404 Not Found");
  if (!isAllowed) return refuse(socket, "401 Unauthorized");
  echoWebSocket(request, socket, early);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

function endsWhenAsked({ stop }: Behaviour): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop === "graceful") process.exit(130);
    });
  }
}

function crash(): never {
  process.stderr.write("Error: this build dies of old age\n");
  process.exit(1);
}

/** Waits until an answer is due, and gives how it is to be by then. */
async function think(look: () => Behaviour): Promise<Behaviour> {
  const beganMs = performance.now();
  while (true) {
    const now = look();
    if (performance.now() - beganMs >= now.answerMs) return now;
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
