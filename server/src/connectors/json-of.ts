import { z } from "zod";

type Json = z.core.util.JSONType;

/** A value as JSON has it: what is undefined is left out. */
export function jsonOf(value: object): Json {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return z.json().parse(copy);
}
