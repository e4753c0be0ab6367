/**
 * What a client of a shared browser may not call.
 *
 * Some calls end the browser for everyone. They are answered as if they had worked, because that
 * is what their callers wait for (`browser.close()` of Puppeteer and go-rod), and only the
 * caller's own connection ends. Others are refused with an error.
 *
 * Every way to the same end counts. Tried with Chromium 156: a page's session runs
 * `Browser.close` too, and `Target.sendMessageToTarget` carries any message as text.
 *
 * @module
 */
import { MessageScan } from "./message_scan.ts";

/** What to do with a message. */
export type MethodVerdict =
  | { readonly kind: "pass" }
  /** Answer as if it had worked, then end this client's connection. */
  | { readonly kind: "pretend"; readonly method: string }
  /** Answer with an error. */
  | { readonly kind: "refuse"; readonly method: string; readonly text: string };

/** A configured method to refuse. */
export interface RefusedMethod {
  /** The method. */
  readonly method: string;
  /** Which of its calls: all, those without `browserContextId`, those on others' targets. */
  readonly scope: "all" | "default" | "foreign";
}

/** What is known of a message and of its client. */
export interface MethodFacts {
  /** The method. */
  readonly method: string;
  /** Reads the parameters; `undefined` where they cannot be read, which counts against the call. */
  readonly readParams: () => Readonly<Record<string, unknown>> | undefined;
  /** Whether this client made a target. */
  readonly isOwnTarget: (targetId: string) => boolean;
}

const ENDING: ReadonlySet<string> = new Set([
  "Browser.close",
  "Browser.crash",
  "Browser.crashGpuProcess",
]);

/** Messages inside messages inside messages serve no client. */
const MAX_NESTING = 4;

/** Reads one entry of the configured list, such as `Target.closeTarget:foreign`. */
export function parseRefusedMethod(rule: string): RefusedMethod {
  const [method = "", scope] = rule.split(":");
  return { method, scope: scope === "default" || scope === "foreign" ? scope : "all" };
}

/** Every method that {@linkcode judgeMethod} may not let pass. */
export function watchedMethods(refused: readonly RefusedMethod[]): readonly string[] {
  return [
    ...ENDING,
    "Target.exposeDevToolsProtocol",
    "Target.sendMessageToTarget",
    "Page.navigate",
    ...refused.map(({ method }) => method),
  ];
}

/** Judges a call. */
export function judgeMethod(
  facts: MethodFacts,
  refused: readonly RefusedMethod[],
  nesting = 0,
): MethodVerdict {
  const { method, readParams } = facts;
  const refuse = (text: string): MethodVerdict => ({ kind: "refuse", method, text });
  if (ENDING.has(method)) return { kind: "pretend", method };
  // It hands the protocol to the page's own scripts, past every rule here.
  if (method === "Target.exposeDevToolsProtocol") return refuse("it opens the browser to pages");
  if (method === "Target.sendMessageToTarget") {
    const message = readParams()?.message;
    if (typeof message !== "string" || nesting >= MAX_NESTING) {
      return refuse("its message cannot be read: attach with flatten: true");
    }
    return judgeInner(message, facts, refused, nesting + 1);
  }
  // Typed into the address bar, chrome://inducebrowsercrashforrealz does what it says.
  if (method === "Page.navigate") {
    const params = readParams();
    const url = String(params?.url ?? "").trim().toLowerCase();
    const isTyped = params === undefined || params.transitionType === "address_bar";
    if (isTyped && !/^(https?|data|blob|file|about:blank)/.test(url)) {
      return refuse("a typed address of the browser's own can crash it: leave transitionType out");
    }
  }
  for (const rule of refused) {
    if (rule.method === method && isInScope(rule, facts)) {
      return refuse("the browser is shared (BRIDGE_REFUSE_METHODS)");
    }
  }
  return { kind: "pass" };
}

function judgeInner(
  message: string,
  facts: MethodFacts,
  refused: readonly RefusedMethod[],
  nesting: number,
): MethodVerdict {
  const scan = new MessageScan();
  scan.push(new TextEncoder().encode(message));
  for (const method of scan.methods) {
    const inner: MethodFacts = { ...facts, method, readParams: () => paramsOf(message) };
    const verdict = judgeMethod(inner, refused, nesting);
    if (verdict.kind !== "pass") return verdict;
  }
  return { kind: "pass" };
}

function isInScope(rule: RefusedMethod, facts: MethodFacts): boolean {
  if (rule.scope === "all") return true;
  const params = facts.readParams();
  if (params === undefined) return true;
  if (rule.scope === "default") return typeof params.browserContextId !== "string";
  return typeof params.targetId !== "string" || !facts.isOwnTarget(params.targetId);
}

/** The parameters of a message; `undefined` where it is no JSON object. */
export function paramsOf(message: string): Readonly<Record<string, unknown>> | undefined {
  try {
    // Chromium takes these two for blanks, JSON.parse does not.
    const parsed = JSON.parse(message.replaceAll(/[\f\v]/g, " "));
    return typeof parsed.params === "object" && parsed.params !== null ? parsed.params : {};
  } catch {
    return undefined;
  }
}
