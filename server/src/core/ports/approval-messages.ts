/** What the gate is told of approvals where it writes of them into a chat, and hears there what people say. */
import type { SlackPlace } from "@steward/sdk";
import type { Json } from "../json.ts";

interface Scope {
  readonly organization: string;
  readonly project: string;
}

/** Where a message stands: the channel's id, and the message's own. */
export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
}

/** An approval as it is to be shown in one channel now. */
export interface ApprovalMessage {
  /** What is shown where blocks are not. */
  readonly text: string;
  readonly blocks: readonly Json[];
  /** Whether it still waits for somebody: a message of what is over is not posted, and watched no longer. */
  readonly open: boolean;
  /** Null before it was posted there. */
  readonly posted: PostedMessage | null;
  /** When to look again whether it stands as it is shown. */
  readonly lookAgainSeconds: number;
}

/** What somebody pressed below a message. */
export interface PressedButton extends PostedMessage {
  readonly decision: "approve" | "reject";
  /** Of what they saw, in hexadecimal. */
  readonly digest: string;
}

/**
 * `place`: where it was asked. `refusal` says why their word does not count, for whoever pressed. `early`: no message is
 * known there yet, and one may have been posted just now.
 */
export type Pressed =
  | { readonly kind: "place"; readonly place: SlackPlace }
  | { readonly kind: "early" }
  | { readonly kind: "refused"; readonly refusal: string };

export interface ApprovalMessages {
  /** Null for an approval that there is none of any more. By UUID, as everything here. */
  compose(scope: Scope, approval: string, place: SlackPlace): Promise<ApprovalMessage | null>;
  /** Keeps where it was posted, so that what is pressed there counts, and nowhere else. */
  notePosted(scope: Scope, approval: string, place: SlackPlace, posted: PostedMessage): Promise<void>;
  /** Whether what was pressed there may count at all, whoever it was. With `late` none is early any more. */
  judge(scope: Scope, approval: string, connection: string, pressed: PressedButton, late: boolean): Promise<Pressed>;
  /**
   * The word of whoever has this address, which the workspace has confirmed; null when it counts, or has counted. A text
   * says why it does not.
   */
  hear(scope: Scope, approval: string, email: string, pressed: PressedButton): Promise<string | null>;
}
