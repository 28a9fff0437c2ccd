import type { z } from "zod";
import type { Json } from "../json.ts";

export type ContractJson = z.core.util.JSONType;

/** The same value as the contract of connectors types JSON: nobody there changes it. */
export function contractJson(value: Json): ContractJson {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same but for `readonly`
  return value as ContractJson;
}
