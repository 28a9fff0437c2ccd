import type { z } from "zod";

type Json = z.core.util.JSONType;

/** The fields that were given: what is undefined is left out, since a provider would take null for "empty it". */
export function given(fields: Readonly<Record<string, Json | undefined>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, Json] => field[1] !== undefined));
}
