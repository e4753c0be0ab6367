/**
 * The bridge program on free ports, for tests.
 *
 * @module
 */
import { freePort } from "./free_port.ts";
import { startProgram, type TestProgram } from "./program.ts";

/** A bridge that runs. */
export interface TestBridge extends AsyncDisposable {
  /** Its HTTP address. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
  /** The address of health and metrics. */
  readonly adminUrl: string;
  /** Its process. */
  readonly program: TestProgram;
}

/** How to start it. */
export interface TestBridgeOptions {
  /** The DevTools port of the browser. */
  targetPort: number;
  /** More variables. */
  env?: Readonly<Record<string, string>>;
  /** Permission flags. @default {["--allow-net=127.0.0.1"]} */
  flags?: readonly string[];
}

/** Starts `bridge.ts` under its permission set and waits until it listens. */
export async function startTestBridge(options: TestBridgeOptions): Promise<TestBridge> {
  const port = freePort();
  const adminPort = freePort();
  const program = startProgram("bridge", {
    flags: options.flags ?? ["--allow-net=127.0.0.1"],
    env: {
      BRIDGE_LISTEN_PORT: String(port),
      BRIDGE_ADMIN_PORT: String(adminPort),
      BRIDGE_TARGET_PORT: String(options.targetPort),
      ...options.env,
    },
  });
  try {
    await program.line(/listening/);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    program,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
