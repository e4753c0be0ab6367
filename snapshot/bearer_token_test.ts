import assert from "node:assert/strict";
import { BearerTokenError, parseBearerToken } from "./bearer_token.ts";

Deno.test("parseBearerToken() drops newlines when they end the text", () => {
  for (const text of ["s3cret", "s3cret\n", "s3cret\r\n", "s3cret\n\n"]) {
    assert.equal(parseBearerToken(text).reveal(), "s3cret");
  }
});

Deno.test("parseBearerToken() says it is empty when only newlines are there", () => {
  for (const text of ["", "\n", "\r\n"]) {
    assert.throws(() => parseBearerToken(text), { message: "it is empty" });
  }
});

Deno.test("parseBearerToken() refuses without repeating it when it cannot stand in a header", () => {
  for (const text of ["two words", "a\nb", " lead", "trail ", "snowman☃", "nul\0"]) {
    assert.throws(
      () => parseBearerToken(text),
      (error) => error instanceof BearerTokenError && !error.message.includes(text),
    );
  }
});
