/** Where a command writes: results on standard output, all else on standard error. */

/** The subset of a stream that a command needs. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False: it takes more once it has drained. */
  write(text: string | Uint8Array): unknown;
  once?(event: "drain", act: () => void): unknown;
}

export type Paint = "bold" | "dim" | "red" | "green" | "yellow" | "blue";

export interface Terminal {
  /** Columns of standard output when a person reads it; null when it goes elsewhere. */
  readonly columns: number | null;
  /** True when a person reads standard error, so that a line may be rewritten. */
  readonly live: boolean;
  out(text: string): void;
  /** Writes what comes to standard output as it is, no faster than its reader takes it. */
  bytes(pieces: AsyncIterable<Uint8Array>): Promise<void>;
  err(text: string): void;
  /** Shows a passing line on a terminal, in place of the last one; null takes it away. Does nothing elsewhere. */
  status(text: string | null): void;
  paint(paint: Paint, text: string): string;
}

const CODES: Readonly<Record<Paint, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
};
const OURS: ReadonlySet<string> = new Set(Object.values(CODES).flat().map(String));
const ESCAPE = "\u001B";
const COLUMNS = 80;

/** Colours only for a person at a terminal, and not with NO_COLOR (no-color.org) or TERM=dumb. */
export function createTerminal(
  stdout: TextStream,
  stderr: TextStream,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const plain = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  const color = stdout.isTTY === true && !plain;
  const live = stderr.isTTY === true && env["TERM"] !== "dumb";
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write(`\r${ESCAPE}[K`);
    shown = false;
  };
  return {
    columns: stdout.isTTY === true ? (stdout.columns ?? COLUMNS) : null,
    live,
    out(text) {
      clear();
      stdout.write(`${stdout.isTTY === true ? printable(text) : text}\n`);
    },
    async bytes(pieces) {
      clear();
      for await (const piece of pieces)
        if (stdout.write(piece) === false) await new Promise<void>((drained) => stdout.once?.("drain", drained));
    },
    err(text) {
      clear();
      stderr.write(`${stderr.isTTY === true ? printable(text) : text}\n`);
    },
    status(text) {
      clear();
      if (text === null || !live) return;
      stderr.write(printable(text).slice(0, (stderr.columns ?? COLUMNS) - 1));
      shown = true;
    },
    paint(paint, text) {
      if (!color) return text;
      const [on, off] = CODES[paint];
      return `${ESCAPE}[${on}m${text}${ESCAPE}[${off}m`;
    },
  };
}

/**
 * The text with all that steers a terminal made visible but line breaks, tabs and our own colours: names, outputs and
 * messages of runs come from strangers. Also what turns the direction of writing.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}(?:\[(\d{1,2})m)?|[\u202A-\u202E\u2066-\u2069]/gu, (found, code?: string) => {
    if (found === "\n" || found === "\t") return found;
    if (found.startsWith(ESCAPE) && code !== undefined && OURS.has(code)) return found;
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}${found.slice(1)}`;
  });
}
