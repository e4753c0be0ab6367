/**
 * What a browser sends through the ingress, as bytes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { build } from "../t3_fixture/builds.ts";
import type { RunningT3 } from "../t3_fixture/running.ts";
import { startTestDispatch, type TestDispatch } from "./dispatch.ts";
import { type RawAnswer, rawRequest, sendRaw } from "./raw_http.ts";

/** What a browser says of a page that it opens. */
export const NAVIGATE = {
  "Sec-Fetch-Mode": "navigate",
  "Sec-Fetch-Dest": "document",
};

/** What the ingress says of a person. */
export function as(user: string): Readonly<Record<string, string>> {
  return { "X-authentik-username": user };
}

/** Opens a page as a browser without cookies does. */
export function visit(
  dispatch: TestDispatch,
  user: string,
  target = "/",
  cookie?: string,
): Promise<RawAnswer> {
  const fields = { ...as(user), ...NAVIGATE, "User-Agent": crypto.randomUUID() };
  return sendRaw(
    dispatch.port,
    rawRequest(target, cookie === undefined ? fields : { ...fields, Cookie: cookie }),
  );
}

/** A session's cookie. */
export async function signedIn(dispatch: TestDispatch, user: string): Promise<string> {
  const { status, lines, body, values } = await visit(dispatch, user);
  assert.equal(status, 302, `${lines.join("\n")}\n${body}`);
  return values("set-cookie").map((line) => line.split(";")[0]).join("; ");
}

/** Who answers a request. */
export async function identity(
  dispatch: TestDispatch,
  user: string,
  cookie: string,
): Promise<{ readonly baseDir: string }> {
  const { body } = await sendRaw(
    dispatch.port,
    rawRequest("/api/fixture/identity", { ...as(user), Cookie: cookie }),
  );
  return JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1));
}

/** Works with a dispatcher that has one user, whose t3 listens. */
export async function withAda(
  work: (dispatch: TestDispatch, ada: RunningT3) => Promise<void>,
  ...differences: Parameters<typeof build>[1][]
): Promise<void> {
  await using dispatch = await startTestDispatch();
  const ada = await dispatch.addUser("ada", build("0.0.34", ...differences));
  await ada.listening();
  await work(dispatch, ada);
}
