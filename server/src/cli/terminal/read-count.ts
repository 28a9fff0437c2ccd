import { InvalidArgumentError } from "commander";

/** A reader of whole numbers, 1 to `max`. */
export function readCount(max: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d{1,9}$/.test(text) && count >= 1 && count <= max) return count;
    throw new InvalidArgumentError(`Give a whole number, 1 to ${max}.`);
  };
}
