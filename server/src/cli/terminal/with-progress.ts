import type { Terminal } from "./terminal.ts";

const QUIET_MS = 2000;
const LIVE_MS = 1000;
const PLAIN_MS = 15_000;

/**
 * The result of `work`. What takes longer than two seconds says so on standard error: a line that counts the seconds on
 * a terminal, a line now and then elsewhere.
 */
export async function withProgress<T>(terminal: Terminal, doing: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const tell = (): void => {
    const line = `${doing}… ${Math.round((performance.now() - began) / 1000)} s`;
    if (terminal.live) terminal.status(line);
    else terminal.err(line);
  };
  let ticking: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    tell();
    ticking = setInterval(tell, terminal.live ? LIVE_MS : PLAIN_MS);
  }, QUIET_MS);
  try {
    return await work();
  } finally {
    clearTimeout(first);
    clearInterval(ticking);
    terminal.status(null);
  }
}
