/**
 * The token by which an ingress proves itself to dispatch.
 *
 * The loopback of a dev box is every user's, so without a token each of them can say that they are
 * somebody else. It is made once and never overwritten, and not at all where people come in without
 * one today: an ingress that does not show it is refused from the dispatcher's next start on.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import { isToken } from "../../core/token_file.ts";
import { fileStep, type PlanContext } from "../file_step.ts";
import { textOf } from "../host_view.ts";
import type { Steps } from "../item.ts";
import { accessStep } from "./access_step.ts";
import { directoryStep } from "./directory_step.ts";
import type { HostSettings } from "./host_settings.ts";

/** Where systemd finds it for the dispatcher, and the updater reads it. */
export const INGRESS_TOKEN_FILE = "/etc/credstore/t3-dispatch-ingress";

/** What a box has that leads people already. */
const IN_USE = ["/etc/systemd/system/t3-dispatch.service", "/etc/t3-serve/dispatch.json"];
const HOW_TO = "docs/how-to/put-an-ingress-before-dispatch.md";

/**
 * Plans it, before the dispatcher's unit and map, which say whether the box has led people.
 *
 * @param context The scope.
 * @param wanted What the settings say.
 * @param make Makes a token.
 */
export function* ingressTokenStep(
  context: PlanContext,
  wanted: HostSettings["ingress_token"],
  make: () => Secret,
): Steps {
  const { host, applied, items } = context;
  const path = INGRESS_TOKEN_FILE;
  const resource = `file ${path}`;
  if (host.file(path).kind !== "absent") {
    const text = textOf(host, path)?.trim();
    if (text !== undefined && isToken(text)) yield* accessStep(context, { path, mode: 0o600 });
    else {
      const sentence = `${path} holds no token, must be one word of at least 16 characters`;
      const fix = `remove it, for a new one: rm ${path}`;
      yield items.error(resource, `${sentence}: the dispatcher does not start`, fix);
    }
    return;
  }
  if (wanted === "none") return;
  // One that was made here and is gone was removed for a new one, or never got there.
  const isNew = IN_USE.every((one) => host.file(one).kind === "absent") || applied.has(path);
  if (wanted !== "generate" && !isNew) {
    yield items.warning(
      resource,
      "every user of this box can say to dispatch that they are somebody else: there is no token " +
        "of the ingress",
      `${HOW_TO}; then host.ingress_token: generate, or none where only one person has an account`,
    );
    return;
  }
  const directory = path.slice(0, path.lastIndexOf("/"));
  if (host.file(directory).kind === "absent") {
    const made = yield* directoryStep(context, { path: directory, mode: 0o700 });
    if (!made.isDone) return;
  }
  const content = new Secret(`${make().reveal()}\n`);
  yield* fileStep(context, { path, content, mode: 0o600, foreign: "keep" });
}
