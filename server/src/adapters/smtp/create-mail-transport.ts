/**
 * Messages to one mail server, over the same guard as every request (`adapters/egress`).
 * M1 A connection is made only to an address that was checked, and only by its number.
 * M2 TLS 1.2 or newer with the server's certificate checked, from the first byte or by STARTTLS; without it only to this
 *    machine itself, where the operator opened that.
 * M3 A message is handed over once; one that may have been taken without an answer is `unknown` (R5).
 */
import type { MailTransport } from "../../core/ports/mail-transport.ts";
import { ServerBook } from "../egress/server-book.ts";
import { SharedSlots } from "../egress/slots.ts";
import { composeMail } from "./compose-mail.ts";
import { createPost } from "./post.ts";
import type { SmtpOptions } from "./smtp-options.ts";

/** The transport; it opens nothing before its first message. */
export function createMailTransport(options: SmtpOptions): MailTransport {
  const { nowMs, server, resolve, allow, connect, ca, note, from } = options;
  const max = options.sendingsMax ?? 8;
  const post = createPost({
    servers: new ServerBook({ allow, nowMs, resolve }),
    slots: new SharedSlots(max, options.waitingMax ?? 1_000, max),
    sockets: new Set(),
    connect,
    ca,
    note,
  });
  return {
    host: server.host,
    send: (message, sending) =>
      post.send(
        server,
        { from, to: [message.to], compose: () => composeMail(from, message), partition: "own" },
        sending,
      ),
    abortAll: (reason) => post.abortAll(reason),
    close: () => post.close(),
  };
}
