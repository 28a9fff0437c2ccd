import { InvalidArgumentError } from "commander";

const SECONDS_MAX = 86_400;

/** Seconds as an option has them: 0 to a day, fractions allowed. */
export function readSeconds(text: string): number {
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  if (seconds >= 0 && seconds <= SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`Give seconds, 0 to ${SECONDS_MAX}.`);
}
