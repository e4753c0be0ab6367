/**
 * The ends that dispatch itself puts to what somebody is doing.
 *
 * @module
 */
import { CLOSE_CODE } from "../core/frame_writer.ts";

/** Why a connection is cut by dispatch. */
export interface Cut {
  /** For the log and the metrics. */
  readonly end: "user_removed" | "shutdown";
  /** The code of a WebSocket's Close frame. */
  readonly code: number;
  /** What a WebSocket's client is told. */
  readonly text: string;
}

/** Somebody who had an instance has it no longer. */
export const USER_REMOVED: Cut = {
  end: "user_removed",
  code: CLOSE_CODE.policy,
  text: "This workspace is not yours any more",
};

/** The program stops. */
export const SHUTDOWN: Cut = {
  end: "shutdown",
  code: CLOSE_CODE.restart,
  text: "The dispatcher is stopping: connect again",
};
