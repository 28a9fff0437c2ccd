import type { JsonObject } from "./json.ts";

/** The canonical arguments of the effect `http.request`: these very bytes are sent, and sent again. */
export interface HttpArguments extends JsonObject {
  readonly method: string;
  /** Absolute, http or https, its query included. */
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What the gate gives as the result of a complete answer, whatever its status. */
export interface HttpResult extends JsonObject {
  readonly status: number;
  /** By name in lower case; several of one name are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How the bytes became text: `base64` when they are not UTF-8. */
  readonly encoding: "utf8" | "base64";
}
