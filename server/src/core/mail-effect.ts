import type { JsonObject } from "./json.ts";

/** The arguments of the effect `mail.send`: which message of the outbox. What it says, and to whom, only the gate opens. */
export interface MailArguments extends JsonObject {
  /** The message's id in the outbox, a UUID. */
  readonly message: string;
  readonly template: string;
}
