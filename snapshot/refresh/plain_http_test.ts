import assert from "node:assert/strict";
import { plainHttpWarning } from "./plain_http.ts";

Deno.test("plainHttpWarning() warns of every plain address that is not loopback", () => {
  for (
    const url of [
      "http://chrome.example.com/api/snapshot",
      "http://10.0.0.1:8088/api/snapshot",
      "http://chrome-service:8088/api/snapshot",
      "http://127.0.0.1.example.com/",
      "http://localhost.example.com/",
      "http://[2001:db8::1]/",
      "http://128.0.0.1/",
    ]
  ) assert.match(plainHttpWarning(new URL(url)) ?? "", /over plain http.*use https$/, url);
});

Deno.test("plainHttpWarning() is silent for https and for this machine", () => {
  for (
    const url of [
      "https://chrome.example.com/api/snapshot",
      "http://127.0.0.1:8088/api/snapshot",
      "http://127.9.9.9/",
      "http://localhost:8088/",
      "http://app.localhost/",
      "http://[::1]:8088/",
    ]
  ) assert.equal(plainHttpWarning(new URL(url)), undefined, url);
});
