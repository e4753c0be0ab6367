import assert from "node:assert/strict";
import { isSessionCookieName } from "./session.ts";

Deno.test("isSessionCookieName() takes the names of every era when they are t3's", () => {
  const yes = [
    "t3_session",
    "t3_session_3773",
    "t3_session_3773_0123456789ab",
    "t3_session_0123456789ab",
  ];
  const no = ["t3_sessions", "xt3_session", "t3_session_", "t3_session_ABC", "t3_session=", ""];

  assert.deepEqual(yes.filter(isSessionCookieName), yes);
  assert.deepEqual(no.filter(isSessionCookieName), []);
});
