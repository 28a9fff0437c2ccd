import { z } from "zod";

/** Whosever the connection is. */
export const MAILBOX = "/gmail/v1/users/me";

export const MessageId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/, "use a message's id")
  .describe("The message's id.");
