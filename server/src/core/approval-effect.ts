import type { SlackPlace } from "@steward/sdk";
import type { PressedButton } from "./ports/approval-messages.ts";

/**
 * What the effect `approval.message` is asked with. `ask`: an approval's message is to stand in a channel as the approval
 * stands; `look`: the same once it is over, else nothing yet; `hear`: somebody has pressed a button below it. Ids are UUIDs.
 */
export type ApprovalMessageArguments = {
  readonly organization: string;
  readonly project: string;
  readonly approval: string;
} & (
  | ({ readonly what: "ask" | "look" } & SlackPlace)
  | ({ readonly what: "hear"; readonly connection: string; readonly user: string } & PressedButton)
);
