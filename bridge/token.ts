/**
 * The token of a request: where clients put it, and its comparison in constant time.
 *
 * Playwright can send headers, most others can only carry it in the URL. It is cut out of the
 * query before anything is forwarded or logged. `/json/new?<url>` has the page's own URL as
 * query, so only a component that is the token itself is taken for it.
 *
 * @module
 */
import { isSameSecret } from "../core/same_secret.ts";
import type { Secret } from "../core/secret.ts";
import { headerValues, type RequestHead } from "../core/request_head.ts";

/** What a request shows. */
export type TokenCheck =
  | { readonly kind: "none" }
  | { readonly kind: "wrong" }
  /** Right, with the target without it, and whether the URL carried it. */
  | { readonly kind: "right"; readonly target: string };

/** Looks for the token in `Authorization` and in the query. */
export function checkToken(head: RequestHead, secret: Secret): TokenCheck {
  const shown = headerValues(head.fields, "authorization")
    .map((value) => /^Bearer +(\S+)$/i.exec(value)?.[1])
    .filter((value) => value !== undefined);
  const isHeaderRight = shown.length === 1 && isSameSecret(shown[0] as string, secret);
  const [path = "", ...queryParts] = head.target.split("?");
  const components = queryParts.length === 0 ? [] : queryParts.join("?").split("&");
  const isToken = components.map((component) => component.startsWith("token="));
  const at = components.findIndex((component, index) =>
    isToken[index] && isSameSecret(decode(component.slice(6)), secret)
  );
  if (!isHeaderRight && at < 0) {
    return shown.length > 0 || isToken.includes(true) ? { kind: "wrong" } : { kind: "none" };
  }
  if (at >= 0) components.splice(at, 1);
  const query = components.length > 0 ? `?${components.join("&")}` : "";
  return { kind: "right", target: at >= 0 ? `${path}${query}` : head.target };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the token cannot be in there.
    return text;
  }
}
