/** Messages by servers of projects' own: M1 to M3 of `create-mail-transport.ts`, and M4. */
import type { SmtpClient } from "../../core/ports/smtp-client.ts";
import { ServerBook } from "../egress/server-book.ts";
import { SharedSlots } from "../egress/slots.ts";
import { composeOwnMail } from "./compose-own-mail.ts";
import { createPost } from "./post.ts";
import type { SmtpOptions } from "./smtp-options.ts";

/** M4 On the public internet only where mail is submitted by who signs in (RFC 8314, RFC 6409), not where it is relayed. */
const SUBMISSION_PORTS: ReadonlySet<number> = new Set([465, 587, 2525]);

/** Names no one: a sign-in has no sender (RFC 6761, "invalid"). */
const NOBODY = "nobody@steward.invalid";

export type SmtpClientOptions = Omit<SmtpOptions, "server" | "from" | "note">;

/** The client; it opens nothing before its first message. */
export function createSmtpClient(options: SmtpClientOptions): SmtpClient {
  const { allow, nowMs, resolve, connect, ca } = options;
  const post = createPost({
    servers: new ServerBook({ allow, nowMs, resolve, publicPort: (port) => SUBMISSION_PORTS.has(port) }),
    slots: new SharedSlots(options.sendingsMax ?? 16, options.waitingMax ?? 500, options.partitionMax ?? 4),
    sockets: new Set(),
    connect,
    ca,
    note: null,
  });
  return {
    send: (server, mail, sending) => {
      const to = [...new Set([...mail.to, ...mail.cc, ...mail.bcc])];
      const { partition } = sending;
      return post.send(server, { from: mail.from, to, compose: () => composeOwnMail(mail), partition }, sending);
    },
    signIn: (server, sending) =>
      post.send(
        server,
        {
          from: NOBODY,
          to: [],
          compose: () => Promise.resolve(Buffer.alloc(0)),
          partition: sending.partition,
          none: true,
        },
        sending,
      ),
    abortAll: (reason) => post.abortAll(reason),
    close: () => post.close(),
  };
}
