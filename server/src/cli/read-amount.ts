import { InvalidArgumentError } from "commander";

/** An amount from the command line: `50`, `0.25`. */
export function readAmount(text: string): number {
  if (!/^\d+(?:\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError("Give an amount, with at most six decimals.");
  return Number(text);
}

/** From 1 to 100. */
export function readPercent(text: string): number {
  const percent = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (percent < 1 || percent > 100) throw new InvalidArgumentError("Give a whole number from 1 to 100.");
  return percent;
}
