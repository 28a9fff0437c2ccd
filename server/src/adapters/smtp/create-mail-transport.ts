/**
 * Messages to one mail server, over the same guard as every request (`adapters/egress`).
 * M1 A connection is made only to an address that was checked, and only by its number.
 * M2 TLS 1.2 or newer with the server's certificate checked, from the first byte or by STARTTLS; without it only to this
 *    machine itself, where the operator opened that.
 * M3 A message is handed over once; one that may have been taken without an answer is `unknown` (R5).
 */
import type { MailAnswer, MailSending, MailToSend, MailTransport } from "../../core/ports/mail-transport.ts";
import { AddressBook, resolveByDns, resolveBySystem } from "../egress/resolve.ts";
import { Slots } from "../egress/slots.ts";
import { Sending, type SmtpGround } from "./sending.ts";
import type { SmtpOptions } from "./smtp-options.ts";

/** What a timer can hold. */
const TIMER_MS_MAX = 2_147_483_647;

/** The transport; it opens nothing before its first message. */
export function createMailTransport(options: SmtpOptions): MailTransport {
  const { nowMs, server, resolve } = options;
  const ground: SmtpGround = {
    options,
    publicNames: new AddressBook(resolve ?? resolveByDns(null), nowMs),
    openedNames: new AddressBook(resolve ?? resolveBySystem, nowMs),
    slots: new Slots(options.sendingsMax ?? 8, options.waitingMax ?? 1_000),
    sockets: new Set(),
  };
  const sendings = new Set<Sending>();
  let closed = false;

  const abortAll = (reason: string): void => {
    for (const sending of sendings) sending.stop("cancelled", reason);
    for (const socket of ground.sockets) socket.resetAndDestroy();
  };

  const send = async (message: MailToSend, sending: MailSending): Promise<MailAnswer> => {
    if (closed || sending.signal.aborted) {
      return { kind: "refused", code: "cancelled", message: "It was cancelled before it began." };
    }
    const one = new Sending(ground, message, sending);
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
    host: server.host,
    send,
    abortAll,
    async close() {
      closed = true;
      abortAll("Steward is stopping.");
    },
  };
}
