import type net from "node:net";
import type { Address } from "../../core/egress/address.ts";
import type { Target } from "../../core/egress/judge-url.ts";
import type { MailAnswer, MailSending } from "../../core/ports/mail-transport.ts";
import type { NoteOutbound } from "../../core/ports/outbound.ts";
import type { SmtpServer } from "../../core/smtp-url.ts";
import { type Connect, ConnectFailure, connectTcp, openSocket } from "../egress/connect.ts";
import { type ServerAddress, serverTarget } from "../egress/judge-server.ts";
import type { ServerBook } from "../egress/server-book.ts";
import type { SharedSlots } from "../egress/slots.ts";
import { stoppedAs, talk, type Talk } from "./talk.ts";

/** What all sendings of one transport share. */
export interface SmtpGround {
  readonly connect: Connect | undefined;
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca: string | undefined;
  /** Null where the message is an effect of a run, which the audit has. */
  readonly note: NoteOutbound | null;
  readonly servers: ServerBook;
  readonly slots: SharedSlots;
  /** Every open socket, so that all can be reset at once. */
  readonly sockets: Set<net.Socket>;
}

/** A message as the server gets it. */
export interface Letter {
  readonly from: string;
  /** Everybody it goes to, in whatever header they stand or don't. */
  readonly to: readonly string[];
  compose(): Promise<Buffer>;
  /** Whoever shares slots: a project's id, or one for all of the installation's own. */
  readonly partition: string;
  /** There is none: the server is only asked to let the user in. */
  readonly none?: true;
}

const FULL: MailAnswer = {
  kind: "refused",
  code: "overloaded",
  message: "Too many messages are waiting; repeat it later.",
};
const ADDRESSES_TRIED_MAX = 3;
const CONNECT_MS_MAX = 10_000;

interface Stop {
  readonly cause: "timeout" | "cancelled";
  readonly reason: string;
}

/** The course of one message: wait for a slot, resolve, check, connect, talk; stoppable at any moment. */
export class Sending {
  readonly #ground: SmtpGround;
  readonly #server: SmtpServer;
  readonly #letter: Letter;
  readonly #sending: MailSending;
  readonly #target: Target;
  readonly #stopping = Promise.withResolvers<Stop>();
  #stopped: Stop | null = null;
  #talk: Talk | null = null;

  constructor(ground: SmtpGround, server: SmtpServer, letter: Letter, sending: MailSending) {
    this.#ground = ground;
    this.#server = server;
    this.#letter = letter;
    this.#sending = sending;
    this.#target = serverTarget("smtp", server);
  }

  /** Ends it now; the first cause counts. */
  stop(cause: Stop["cause"], reason: string): void {
    this.#stopped ??= { cause, reason };
    this.#stopping.resolve(this.#stopped);
    this.#talk?.stop(this.#stopped.cause, this.#stopped.reason);
  }

  async run(): Promise<MailAnswer> {
    const bytes = await this.#letter.compose();
    const stopped = this.#stopping.promise.then(({ cause, reason }) => stoppedAs(cause, reason, false));
    return await this.#ground.slots.within(this.#letter.partition, stopped, FULL, () => this.#send(bytes));
  }

  async #send(bytes: Buffer): Promise<MailAnswer> {
    const addresses = await this.#addresses();
    if (!Array.isArray(addresses)) return addresses;
    let answer: MailAnswer = stoppedAs("timeout", "It was not sent in time.", false);
    for (const { address, plain } of addresses.slice(0, ADDRESSES_TRIED_MAX)) {
      if (this.#stopped !== null) return stoppedAs(this.#stopped.cause, this.#stopped.reason, false);
      const socket = await this.#connect(address);
      if ("kind" in socket) answer = socket;
      else return await this.#talkOn(socket, plain, bytes);
    }
    return answer;
  }

  async #addresses(): Promise<ServerAddress[] | MailAnswer> {
    const found = await Promise.race([this.#ground.servers.find(this.#target), this.#stopping.promise]);
    if ("cause" in found) return stoppedAs(found.cause, found.reason, false);
    if (!("kind" in found)) return [...found];
    if (found.kind === "unresolved") return { kind: "unsent", code: "dns", message: found.message };
    return { kind: "refused", code: "address_forbidden", message: found.message };
  }

  async #connect(address: Address): Promise<net.Socket | MailAnswer> {
    const { sockets, connect = connectTcp, ca, note } = this.#ground;
    const opened = Promise.withResolvers<ConnectFailure | null>();
    const plan = { connect, target: this.#target, address, timeoutMs: CONNECT_MS_MAX, ca };
    const socket = openSocket(plan, (failure) => opened.resolve(failure));
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      note?.(this.#target.host, this.#target.port, "mail", socket.bytesWritten + socket.bytesRead);
    });
    const failed = await Promise.race([opened.promise, this.#stopping.promise]);
    if (failed === null) return socket;
    socket.destroy();
    if (failed instanceof ConnectFailure) return { kind: "unsent", code: failed.stage, message: failed.message };
    return stoppedAs(failed.cause, failed.reason, false);
  }

  async #talkOn(socket: net.Socket, plain: boolean, message: Buffer): Promise<MailAnswer> {
    const { ca } = this.#ground;
    const { from, to, none = false } = this.#letter;
    const server = this.#server;
    const mayBegin = (): boolean => this.#stopped === null && this.#sending.beforeFirstByte();
    if (!mayBegin()) {
      socket.destroy();
      return { kind: "refused", code: "cancelled", message: "It was cancelled before anything was sent." };
    }
    const { timeoutMs } = this.#sending;
    this.#talk = talk({ socket, server, plain, ca, from, to, message, none, timeoutMs, mayBegin });
    return await this.#talk.outcome;
  }
}
