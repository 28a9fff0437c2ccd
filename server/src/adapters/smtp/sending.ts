import type net from "node:net";
import type { Address } from "../../core/egress/address.ts";
import { nameIsAllowed } from "../../core/egress/allow-list.ts";
import { refuseAddresses } from "../../core/egress/judge-address.ts";
import type { Target } from "../../core/egress/judge-url.ts";
import type { MailAnswer, MailSending, MailToSend } from "../../core/ports/mail-transport.ts";
import { messageOf } from "../../core/thrown.ts";
import { ConnectFailure, connectTcp, openSocket } from "../egress/connect.ts";
import type { AddressBook } from "../egress/resolve.ts";
import type { Slots } from "../egress/slots.ts";
import { composeMail } from "./compose-mail.ts";
import { judgeServer, type ServerAddress, targetOf } from "./judge-server.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { stoppedAs, talk, type Talk } from "./talk.ts";

/** What all sendings of one transport share. */
export interface SmtpGround {
  readonly options: SmtpOptions;
  readonly publicNames: AddressBook;
  readonly openedNames: AddressBook;
  readonly slots: Slots;
  /** Every open socket, so that all can be reset at once. */
  readonly sockets: Set<net.Socket>;
}

const ADDRESSES_TRIED_MAX = 3;
const CONNECT_MS_MAX = 10_000;

interface Stop {
  readonly cause: "timeout" | "cancelled";
  readonly reason: string;
}

/** The course of one message: wait for a slot, resolve, check, connect, talk; stoppable at any moment. */
export class Sending {
  readonly #ground: SmtpGround;
  readonly #message: MailToSend;
  readonly #sending: MailSending;
  readonly #target: Target;
  readonly #stopping = Promise.withResolvers<Stop>();
  #stopped: Stop | null = null;
  #talk: Talk | null = null;

  constructor(ground: SmtpGround, message: MailToSend, sending: MailSending) {
    this.#ground = ground;
    this.#message = message;
    this.#sending = sending;
    this.#target = targetOf(ground.options.server);
  }

  /** Ends it now; the first cause counts. */
  stop(cause: Stop["cause"], reason: string): void {
    this.#stopped ??= { cause, reason };
    this.#stopping.resolve(this.#stopped);
    this.#talk?.stop(this.#stopped.cause, this.#stopped.reason);
  }

  async run(): Promise<MailAnswer> {
    const { slots, options } = this.#ground;
    const bytes = await composeMail(options.from, this.#message);
    if (!slots.tryTake()) {
      const refused = await this.#waitForSlot();
      if (refused !== null) return refused;
    }
    try {
      return await this.#send(bytes);
    } finally {
      slots.give();
    }
  }

  async #waitForSlot(): Promise<MailAnswer | null> {
    const turn = Promise.withResolvers<null>();
    const leave = this.#ground.slots.wait(() => turn.resolve(null));
    if (leave === null) {
      return { kind: "refused", code: "overloaded", message: "Too many messages are waiting; repeat it later." };
    }
    const stop = await Promise.race([turn.promise, this.#stopping.promise.then((it) => (leave(), it))]);
    return stop === null ? null : stoppedAs(stop.cause, stop.reason, false);
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
    const { allow, server } = this.#ground.options;
    const { host, port } = this.#target;
    let found: readonly Address[] | Stop;
    try {
      const names = nameIsAllowed(allow, host, port) ? this.#ground.openedNames : this.#ground.publicNames;
      const asked = server.address === null ? names.lookup(host) : [server.address];
      found = await Promise.race([asked, this.#stopping.promise]);
    } catch (error) {
      return { kind: "unsent", code: "dns", message: `${host} could not be resolved: ${messageOf(error)}.` };
    }
    if ("cause" in found) return stoppedAs(found.cause, found.reason, false);
    const judged = judgeServer(allow, this.#target, found);
    if (judged.length > 0) return [...judged];
    return { kind: "refused", code: "address_forbidden", message: refuseAddresses(this.#target, found).message };
  }

  async #connect(address: Address): Promise<net.Socket | MailAnswer> {
    const { sockets, options } = this.#ground;
    const opened = Promise.withResolvers<ConnectFailure | null>();
    const plan = { connect: options.connect ?? connectTcp, target: this.#target, address, timeoutMs: CONNECT_MS_MAX };
    const socket = openSocket({ ...plan, ca: options.ca }, (failure) => opened.resolve(failure));
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      options.note(this.#target.host, this.#target.port, "mail", socket.bytesWritten + socket.bytesRead);
    });
    const failed = await Promise.race([opened.promise, this.#stopping.promise]);
    if (failed === null) return socket;
    socket.destroy();
    if (failed instanceof ConnectFailure) return { kind: "unsent", code: failed.stage, message: failed.message };
    return stoppedAs(failed.cause, failed.reason, false);
  }

  async #talkOn(socket: net.Socket, plain: boolean, message: Buffer): Promise<MailAnswer> {
    const { server, from, ca } = this.#ground.options;
    const mayBegin = (): boolean => this.#stopped === null && this.#sending.beforeFirstByte();
    if (!mayBegin()) {
      socket.destroy();
      return { kind: "refused", code: "cancelled", message: "It was cancelled before anything was sent." };
    }
    const { timeoutMs } = this.#sending;
    this.#talk = talk({ socket, server, plain, ca, from, to: this.#message.to, message, timeoutMs, mayBegin });
    return await this.#talk.outcome;
  }
}
