import type { MailMessage } from "@steward/sdk";
import { visible } from "../visible.ts";

/** What a message is called: its subject where it can be read, else the letter it is. Pure. */
export function mailSubject({ content, template }: Pick<MailMessage, "content" | "template">): string {
  if (content !== null) return visible(content.subject);
  const words = template.replaceAll(/[_-]+/g, " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
