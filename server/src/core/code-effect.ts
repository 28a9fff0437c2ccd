/** The effect `code.run`: code in the jail that may connect to hosts, and may have done so when nobody knows how it ended. */
import type { Json, JsonObject } from "./json.ts";

/** Its canonical arguments. */
export interface CodeArguments extends JsonObject {
  readonly runtime: "node" | "python";
  readonly source: string;
  readonly argument: JsonObject;
  /** As `parseHostEntry` reads them. */
  readonly hosts: string[];
}

/** Its result; no `output` where the function returned nothing. */
export type CodeResult = { readonly output?: Json };
