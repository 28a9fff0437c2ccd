import type { Action } from "@steward/sdk";
import { z } from "zod";
import { isJsonObject, type JsonObject } from "../json.ts";
import { withoutUnchecked } from "../models/json-schema.ts";

/** What a model is told that an action takes, as JSON Schema; the action itself checks all of it. */
export function parametersOfAction({ input }: Pick<Action, "input">): JsonObject {
  const schema: unknown = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  const plain = z.json().parse(schema);
  if (!isJsonObject(plain)) return { type: "object", properties: {}, additionalProperties: false };
  const { $schema: _draft, ...own } = plain;
  return withoutUnchecked(own);
}
