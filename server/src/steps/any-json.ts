import { z } from "zod";
import type { Json, JsonObject } from "../core/json.ts";

/**
 * Any JSON value. What an input evaluates to is JSON already, so it is neither walked nor copied
 * again: a list of 10,000 items costs nothing here. `expected` completes "give …".
 */
export function anyJson(expected = "a value; this field is missing, or its expression found nothing"): z.ZodType<Json> {
  return z.custom<Json>((value) => value !== undefined, { error: `give ${expected}` });
}

/** A JSON list, not walked. */
export function anyList(): z.ZodType<readonly Json[]> {
  return z
    .custom<readonly Json[]>((value) => Array.isArray(value), {
      error: "give a list, for instance {{ trigger.body.items }}; this is none",
    })
    .meta({ type: "array" });
}

/** A JSON object with any fields: the same object comes out, so that output and input are stored once. */
export function anyFields(): z.ZodType<JsonObject> {
  return z
    .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
      error: "give an object with any fields",
    })
    .meta({ type: "object" });
}
