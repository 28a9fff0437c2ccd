import type { Json, JsonObject } from "./json.ts";

/** The canonical arguments of the effect `sql.query`: one statement in the project's own database. */
export interface SqlArguments extends JsonObject {
  /** As it stands in the flow file: no expression has any part in it. */
  readonly sql: string;
  /** Bound as $1, $2, … */
  readonly values: readonly Json[];
  /** It fails, and nothing of it stays, when it gives more. */
  readonly rows: number;
  /** `read` runs in a transaction that can't change anything. */
  readonly mode: "read" | "write";
}

/** What the gate gives as its result. */
export interface SqlResult extends JsonObject {
  readonly rows: readonly JsonObject[];
  /** Rows returned, or changed where none are returned. */
  readonly rowCount: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}
