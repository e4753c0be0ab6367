/**
 * Which targets a client made: by `Target.createTarget`, in a context of its own, or opened by a
 * page of its own. Only kept where a rule asks for it.
 *
 * @module
 */
import { type FrameHeader, type FrameSink, OPCODE } from "./frame_scanner.ts";

/** Longer messages are not about targets. */
const MESSAGE_BYTES = 65_536;

/** One client's targets. */
export class TargetLedger {
  readonly #calls = new Map<string, string>();
  readonly #targets = new Set<string>();
  readonly #contexts = new Set<string>();
  #message: Uint8Array[] = [];
  #messageBytes = 0;

  /** Reads along with the browser. */
  readonly sink: FrameSink = {
    onPayload: (piece, from, to, header) => {
      if (header.opcode >= OPCODE.close) return;
      this.#messageBytes += to - from;
      if (this.#messageBytes <= MESSAGE_BYTES) this.#message.push(piece.slice(from, to));
    },
    onFrameEnd: (header) => this.#endFrame(header),
  };

  /** Notes a call whose answer will name a target or a context. */
  onCall(method: string, id: number | undefined, sessionId: string | undefined): void {
    if (method === "Target.createTarget" || method === "Target.createBrowserContext") {
      this.#calls.set(`${sessionId ?? ""} ${id}`, method);
    }
  }

  /** Whether this client made a target. */
  isOwn(targetId: string): boolean {
    return this.#targets.has(targetId);
  }

  #endFrame(header: FrameHeader): void {
    if (header.opcode >= OPCODE.close || !header.isFinal) return;
    const isWhole = this.#messageBytes <= MESSAGE_BYTES;
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
