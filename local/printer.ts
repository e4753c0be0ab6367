/**
 * What a person sees of the pipeline: every part's log under its name, and what comes up when.
 *
 * @module
 */

/** Prints for a person. */
export interface Printer {
  /** A line of a part's log. */
  part(name: string, line: string): void;
  /** A line of the program itself. */
  say(text: string): void;
}

const COLOURS = [36, 35, 33, 32, 34, 96, 95, 93] as const;

/** How to print. */
export interface PrinterOptions {
  /** Writes a finished line with its newline. */
  write: (text: string) => void;
  /** Whether names are coloured. */
  isColoured: boolean;
  /** Whether the lines of the parts are shown. @default {true} */
  hasParts?: boolean;
}

/** Makes a printer; each name gets the next colour. */
export function createPrinter(options: PrinterOptions): Printer {
  const { write, isColoured, hasParts = true } = options;
  const colours = new Map<string, number>();
  const width = 15;
  return {
    part(name, line) {
      if (!hasParts) return;
      const colour = colours.get(name) ?? COLOURS[colours.size % COLOURS.length] ?? 36;
      colours.set(name, colour);
      const label = name.padEnd(width);
      write(`${isColoured ? `\x1b[${colour}m${label}\x1b[0m` : label} │ ${line}\n`);
    },
    say: (text) => write(`${text}\n`),
  };
}
