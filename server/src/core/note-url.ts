import type { NoteOutbound } from "./ports/outbound.ts";

/** Notes a request to an address on behalf of somebody who connects an account. */
export function noteUrl(note: NoteOutbound, url: string): void {
  const { hostname, port, protocol } = new URL(url);
  note(hostname, port === "" ? (protocol === "https:" ? 443 : 80) : Number(port), "connection");
}
