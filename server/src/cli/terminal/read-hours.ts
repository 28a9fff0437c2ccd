import { InvalidArgumentError } from "commander";

/** A reader of hours, `min` to `max`, fractions allowed. */
export function readHours(min: number, max: number): (text: string) => number {
  return (text) => {
    const hours = text.trim() === "" ? Number.NaN : Number(text);
    if (hours >= min && hours <= max) return hours;
    throw new InvalidArgumentError(`Give hours, ${min} to ${max}.`);
  };
}
