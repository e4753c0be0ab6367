/**
 * Looks at a user's instance the way a person comes to it: through dispatch, which mints and pairs.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import type { Secret } from "../core/secret.ts";
import { ask, type Instance, jsonOf } from "../t3/instance.ts";
import { WEB_SOCKET_PATH } from "../t3/web_socket.ts";
import { ENVIRONMENT_PATH } from "../t3/environment.ts";
import { SESSION_PATH } from "../t3/session.ts";
import type { Health } from "./effects.ts";

const ANSWER_MS = 30_000;

/**
 * Comes in as somebody who has no cookie yet.
 *
 * @param door Dispatch.
 * @param identity Who they are at the front door.
 * @param version The version their instance must run; nothing where any will do.
 * @param token What the front door wants of its ingress, where it wants something.
 */
export async function enterThroughDoor(
  door: Instance,
  identity: string,
  version: string | undefined,
  token?: Secret,
): Promise<Health> {
  const alive = await ask(door, "/healthz", {}, { deadlineMs: ANSWER_MS });
  if (alive.kind === "no_answer") return unclear(`the front door is down: ${alive.text}`);
  if (alive.status !== 200) return unclear(`the front door is not well: ${alive.status}`);
  const who = {
    "x-authentik-username": identity,
    ...(token === undefined ? {} : { "x-hearth-ingress": token.reveal() }),
  };
  const navigation = {
    ...who,
    "user-agent": "hearth-autoupdate",
    accept: "text/html",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-fetch-site": "none",
  };
  const first = await ask(door, "/", { headers: navigation }, { deadlineMs: ANSWER_MS });
  if (first.kind === "no_answer") return bad(`the front door gives up: ${first.text}`);
  // It does not know us or them: nothing the build could have done.
  if (first.status === 403) return unclear(`the front door refuses ${identity}`);
  // It has seen us too often: that says nothing of the build either.
  if (first.status === 508) return unclear("the front door takes us for a loop");
  const cookie = first.headers.getSetCookie().map((line) => line.split(";")[0] ?? "").join("; ");
  if (first.status < 300 || first.status > 399 || cookie === "") {
    return bad(`the front door answers ${first.status} and no session`);
  }
  // As a browser follows the redirect; it also tells the door that its session came back.
  const page = await ask(door, "/", { headers: { ...navigation, cookie } }, {
    deadlineMs: ANSWER_MS,
  });
  if (page.kind === "no_answer") return bad(`no page: ${page.text}`);
  if (page.status !== 200) return bad(`the front door answers ${page.status} to its own session`);
  const headers = { ...who, cookie };
  const session = await ask(door, SESSION_PATH, { headers }, { deadlineMs: ANSWER_MS });
  if (session.kind === "no_answer") return bad(`no session: ${session.text}`);
  const { authenticated } = (jsonOf(session.body) ?? {}) as { authenticated?: unknown };
  if (authenticated !== true) return bad("the front door's session is none");
  const environment = await ask(door, ENVIRONMENT_PATH, { headers }, { deadlineMs: ANSWER_MS });
  if (environment.kind === "no_answer") return bad(`no environment: ${environment.text}`);
  const { serverVersion } = (jsonOf(environment.body) ?? {}) as { serverVersion?: unknown };
  if (version !== undefined && serverVersion !== version) {
    return bad(`the front door leads to ${serverVersion}, must lead to ${version}`);
  }
  return await openSocket(door, headers);
}

async function openSocket(door: Instance, headers: Record<string, string>): Promise<Health> {
  const url = `${door.origin.replace(/^http/, "ws")}${WEB_SOCKET_PATH}`;
  const socket = new WebSocket(url, { headers });
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Health>((resolve) => {
      socket.onopen = () => resolve({ is: "ok" });
      socket.onerror = (event) => {
        const why = errorText(event instanceof ErrorEvent ? event.message : "failed");
        resolve(bad(`no WebSocket through the front door: ${why}`));
      };
      timer = setTimeout(() => resolve(bad("no WebSocket through the front door")), ANSWER_MS);
    });
  } finally {
    clearTimeout(timer);
    socket.close();
    await closed;
  }
}

function bad(why: string): Health {
  return { is: "bad", why };
}

function unclear(why: string): Health {
  return { is: "unclear", why };
}
