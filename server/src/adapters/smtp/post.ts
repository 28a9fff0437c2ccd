import type { MailAnswer, MailSending } from "../../core/ports/mail-transport.ts";
import type { SmtpServer } from "../../core/smtp-url.ts";
import { type Letter, Sending, type SmtpGround } from "./sending.ts";

/** What a timer can hold. */
const TIMER_MS_MAX = 2_147_483_647;

/** Hands letters to servers, and stops those under way. */
export interface Post {
  send(server: SmtpServer, letter: Letter, sending: MailSending): Promise<MailAnswer>;
  abortAll(reason: string): void;
  close(): Promise<void>;
}

export function createPost(ground: SmtpGround): Post {
  const sendings = new Set<Sending>();
  let closed = false;

  const abortAll = (reason: string): void => {
    for (const sending of sendings) sending.stop("cancelled", reason);
    for (const socket of ground.sockets) socket.resetAndDestroy();
  };

  const send = async (server: SmtpServer, letter: Letter, sending: MailSending): Promise<MailAnswer> => {
    if (closed || sending.signal.aborted) {
      return { kind: "refused", code: "cancelled", message: "It was cancelled before it began." };
    }
    const one = new Sending(ground, server, letter, sending);
    sendings.add(one);
    const late = (): void => one.stop("timeout", `the mail server did not take it within ${sending.timeoutMs} ms.`);
    const timer = setTimeout(late, Math.min(sending.timeoutMs, TIMER_MS_MAX));
    const onAbort = (): void => one.stop("cancelled", "it was cancelled.");
    sending.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await one.run();
    } finally {
      clearTimeout(timer);
      sending.signal.removeEventListener("abort", onAbort);
      sendings.delete(one);
    }
  };

  return {
    send,
    abortAll,
    async close() {
      closed = true;
      abortAll("Steward is stopping.");
    },
  };
}
