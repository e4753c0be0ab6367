/**
 * Which targets and contexts a client made, so that they can be told from those of others and do
 * not outlive a client that believes it closed the browser.
 *
 * Answers of the browser are read only while one is awaited that names a target. Where a rule asks
 * for more, all of them are read: then pages opened by pages of the client's own count too.
 *
 * @module
 */
import { type FrameHeader, type FrameSink, OPCODE } from "../core/frame_scanner.ts";

/** Longer messages are not about targets. */
const MESSAGE_BYTES = 65_536;

/** The calls whose answers name something new. */
export const LEDGER_METHODS: readonly string[] = [
  "Target.createTarget",
  "Target.createBrowserContext",
];

/** One client's targets. */
export class TargetLedger {
  /** The targets this client is known to have made. */
  readonly targets: ReadonlySet<string>;
  /** The contexts this client made. */
  readonly contexts: ReadonlySet<string>;

  readonly #isWatchful: boolean;
  readonly #calls = new Set<string>();
  readonly #targets = new Set<string>();
  readonly #contexts = new Set<string>();
  #message: Uint8Array[] = [];
  #messageBytes = 0;

  /** Reads along with the browser. */
  readonly sink: FrameSink = {
    onPayload: (piece, from, to, header) => {
      if (header.opcode >= OPCODE.close || !this.#isReading) return;
      this.#messageBytes += to - from;
      if (this.#messageBytes <= MESSAGE_BYTES) this.#message.push(piece.slice(from, to));
    },
    onFrameEnd: (header) => this.#endFrame(header),
  };

  /**
   * Knows nothing yet.
   *
   * @param options Whether every message of the browser is read.
   */
  constructor(options: { isWatchful?: boolean } = {}) {
    this.#isWatchful = options.isWatchful ?? false;
    this.targets = this.#targets;
    this.contexts = this.#contexts;
  }

  get #isReading(): boolean {
    return this.#isWatchful || this.#calls.size > 0;
  }

  /** Notes a call whose answer will name a target or a context. */
  onCall(method: string, id: number | undefined, sessionId: string | undefined): void {
    if (LEDGER_METHODS.includes(method)) this.#calls.add(`${sessionId ?? ""} ${id}`);
  }

  #endFrame(header: FrameHeader): void {
    if (header.opcode >= OPCODE.close || !header.isFinal) return;
    const isWhole = this.#messageBytes > 0 && this.#messageBytes <= MESSAGE_BYTES;
    const parts = this.#message;
    this.#message = [];
    this.#messageBytes = 0;
    if (!isWhole) return;
    const decoder = new TextDecoder();
    const text = parts.map((part) => decoder.decode(part, { stream: true })).join("");
    // Most messages are about something else: not worth reading whole.
    if (/"(targetId|browserContextId)"/.test(text)) this.#read(text);
  }

  #read(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text);
    } catch {
      // Not a message: nothing to learn.
      return;
    }
    const call = `${message.sessionId ?? ""} ${message.id}`;
    if (message.id !== undefined && this.#calls.delete(call)) {
      if (message.result?.targetId !== undefined) this.#targets.add(message.result.targetId);
      const contextId = message.result?.browserContextId;
      if (contextId !== undefined) this.#contexts.add(contextId);
    }
    const info = message.params?.targetInfo;
    if (info?.targetId === undefined) return;
    if (this.#contexts.has(info.browserContextId ?? "") || this.#targets.has(info.openerId ?? "")) {
      this.#targets.add(info.targetId);
    }
  }
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly result?: { readonly targetId?: string; readonly browserContextId?: string };
  readonly params?: {
    readonly targetInfo?: {
      readonly targetId?: string;
      readonly browserContextId?: string;
      readonly openerId?: string;
    };
  };
}
