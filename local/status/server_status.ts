/**
 * What a snapshot server somewhere else says of its pipeline, and how a person reads it.
 *
 * @module
 */
import { ageText } from "./age_text.ts";

/** How something stands. */
export type Mood = "good" | "warning" | "bad" | "unknown";

/** What it says, as far as the token may know. */
export interface ServerStatus {
  /** When it said so. */
  readonly at: string;
  /** Whom it takes the asker for. */
  readonly subject: string;
  /** In one line. */
  readonly verdict: { readonly mood: Mood; readonly text: string };
  /** The pipeline, in the order in which a login passes it. */
  readonly stages: readonly {
    readonly name: string;
    readonly mood: Mood;
    readonly text: string;
    readonly at?: string;
  }[];
  /** What is wrong. */
  readonly faults: readonly {
    readonly mood: Mood;
    readonly text: string;
    readonly since: string;
  }[];
  /** Who pulled when; no time for one who has not since the server started. */
  readonly pulls: readonly {
    readonly name: string;
    readonly at?: string;
    readonly isLate: boolean;
  }[];
}

const MOOD_WORDS: Readonly<Record<Mood, string>> = {
  good: "good",
  warning: "WARNING",
  bad: "TROUBLE",
  unknown: "not known",
};

/** Rows of a name and a text. */
export function serverRows(status: ServerStatus): readonly (readonly [string, string])[] {
  const { at, subject, verdict, stages, faults, pulls } = status;
  const ago = (then: string) =>
    `${ageText(Math.max(0, Math.round((Date.parse(at) - Date.parse(then)) / 1_000)))} ago`;
  return [
    ["server", `${verdict.text} (as ${subject})`],
    ...stages.map(({ name, mood, text, at: last }) =>
      [
        name,
        `${MOOD_WORDS[mood]}: ${text}${last === undefined ? "" : ` ${ago(last)}`}`,
      ] as const
    ),
    ...faults.map(({ mood, text, since }) =>
      [MOOD_WORDS[mood], `${text} (since ${ago(since)})`] as const
    ),
    ...pulls.map(({ name, at: last, isLate }) =>
      [
        "pull",
        `${name}: ${last === undefined ? "not since the server started" : ago(last)}` +
        (isLate ? ", LATE" : ""),
      ] as const
    ),
  ];
}
