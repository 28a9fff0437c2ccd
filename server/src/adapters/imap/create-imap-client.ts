/**
 * Mailboxes of projects' own, over the same guard as every request.
 * I1 A connection is made only to an address that was checked, and only by its number; its certificate is that of its name.
 * I2 Without TLS nothing is said, but to this machine itself where the operator opened it.
 * I3 On the public internet only the ports of IMAP are used.
 * I4 Nothing is asked twice: a connection that is lost after a command that writes has left is unknown (R5).
 */
import { ImapFlow } from "imapflow";
import type { AllowList } from "../../core/egress/allow-list.ts";
import type { ImapAnswer, ImapAsking, ImapClient } from "../../core/ports/imap-client.ts";
import type { Resolve } from "../egress/resolve.ts";
import { serverTarget, type ServerAddress } from "../egress/judge-server.ts";
import { ServerBook } from "../egress/server-book.ts";
import { SharedSlots } from "../egress/slots.ts";
import { doTask } from "./do-task.ts";
import { failureOf } from "./failure-of.ts";
import { CANCELLED, TaskFailure } from "./task-failure.ts";

export interface ImapClientOptions {
  /** What the operator opens beyond the public internet. */
  readonly allow: AllowList;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Replaces both resolvers. */
  readonly resolve?: Resolve;
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca?: string;
  /** Connections at once, by default 16; further ones wait within their own time. */
  readonly connectionsMax?: number;
  /** Of those at most so many for one project, by default 4. */
  readonly partitionMax?: number;
  /** Waiting, by default 500; further ones are refused. */
  readonly waitingMax?: number;
}

const PORTS: ReadonlySet<number> = new Set([143, 993]);
const ADDRESSES_TRIED_MAX = 3;
const CONNECT_MS_MAX = 10_000;
/** What a timer can hold. */
const TIMER_MS_MAX = 2_147_483_647;
const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;
/** Of all that a server says in one task: the library keeps each line until its command ends. */
const TALK_BYTES_MAX = 64 * 1024 * 1024;
const LOOK_MS = 100;

const FULL: ImapAnswer = {
  kind: "failed",
  code: "overloaded",
  message: "Too many mailboxes are being asked; repeat it later.",
};

interface Ground {
  readonly options: ImapClientOptions;
  readonly servers: ServerBook;
  readonly slots: SharedSlots;
}

/** The client; it opens nothing before its first task. */
export function createImapClient(options: ImapClientOptions): ImapClient {
  const { allow, nowMs, resolve } = options;
  const ground = {
    options,
    servers: new ServerBook({ allow, nowMs, resolve, publicPort: (port) => PORTS.has(port) }),
    slots: new SharedSlots(options.connectionsMax ?? 16, options.waitingMax ?? 500, options.partitionMax ?? 4),
  };
  const talks = new Set<Talk>();
  let closed = false;
  const abortAll = (reason: string): void => {
    for (const talk of talks) talk.stop("cancelled", reason);
  };
  return {
    async perform(asking) {
      if (closed || asking.signal.aborted) return CANCELLED;
      const talk = new Talk(ground, asking);
      talks.add(talk);
      const late = (): void => talk.stop("timeout", `the mailbox did not answer within ${asking.timeoutMs} ms.`);
      const timer = setTimeout(late, Math.min(asking.timeoutMs, TIMER_MS_MAX));
      const onAbort = (): void => talk.stop("cancelled", "it was cancelled.");
      asking.signal.addEventListener("abort", onAbort, { once: true });
      try {
        return await talk.run();
      } finally {
        clearTimeout(timer);
        asking.signal.removeEventListener("abort", onAbort);
        talks.delete(talk);
      }
    },
    abortAll,
    async close() {
      closed = true;
      abortAll("Steward is stopping.");
    },
  };
}

type Cause = "timeout" | "cancelled" | "too_large";

/** The course of one task: wait for a slot, resolve, check, connect, sign in, ask; stoppable at any moment. */
class Talk {
  readonly #ground: Ground;
  readonly #asking: ImapAsking;
  readonly #stopping = Promise.withResolvers<null>();
  #stopped: { readonly cause: Cause; readonly reason: string } | null = null;
  #client: ImapFlow | null = null;
  #wrote = false;

  constructor(ground: Ground, asking: ImapAsking) {
    this.#ground = ground;
    this.#asking = asking;
  }

  /** Ends it now; the first cause counts. */
  stop(cause: Cause, reason: string): void {
    this.#stopped ??= { cause, reason };
    this.#stopping.resolve(null);
    this.#client?.close();
  }

  async run(): Promise<ImapAnswer> {
    const stopped = this.#stopping.promise.then(() => this.#answerStopped());
    return await this.#ground.slots.within(this.#asking.partition, stopped, FULL, () => this.#reach());
  }

  /** What a stop means by what has left so far. */
  #answerStopped(): ImapAnswer {
    const { cause, reason } = this.#stopped ?? { cause: "cancelled", reason: "it was cancelled." };
    if (this.#wrote) return { kind: "unknown", code: cause === "timeout" ? "timeout" : "aborted", message: reason };
    if (cause === "timeout") return { kind: "failed", code: "timeout", message: reason };
    if (cause === "too_large") return { kind: "failed", code: "response_too_large", message: reason };
    return CANCELLED;
  }

  async #reach(): Promise<ImapAnswer> {
    const { server } = this.#asking;
    const found = await Promise.race([this.#ground.servers.find(serverTarget("imap", server)), this.#stopping.promise]);
    if (found === null) return this.#answerStopped();
    if ("kind" in found) {
      if (found.kind === "unresolved") return { kind: "failed", code: "dns", message: found.message };
      return { kind: "refused", code: found.code, message: found.message };
    }
    let answer = this.#answerStopped();
    for (const address of found.slice(0, ADDRESSES_TRIED_MAX)) {
      answer = await this.#talkTo(address);
      // Another address is tried only while it is proven that this one was not reached.
      if (answer.kind !== "failed" || !answer.code.startsWith("connect") || this.#stopped !== null) return answer;
    }
    return answer;
  }

  async #talkTo(place: ServerAddress): Promise<ImapAnswer> {
    const { task, beforeFirstByte } = this.#asking;
    if (this.#stopped !== null || !beforeFirstByte()) return this.#answerStopped();
    const client = this.#open(place);
    this.#client = client;
    const begin = (): void => {
      if (this.#stopped !== null || !beforeFirstByte()) throw new TaskFailure(CANCELLED);
      this.#wrote = true;
    };
    let entered = false;
    const looking = setInterval(() => {
      if (client.stats().received > TALK_BYTES_MAX) this.stop("too_large", "the mailbox said more than 64 MB.");
    }, LOOK_MS);
    try {
      await client.connect();
      entered = true;
      return { kind: "answer", result: await doTask(client, task, begin) };
    } catch (error) {
      if (this.#stopped !== null) return this.#answerStopped();
      return failureOf(error, { server: this.#asking.server, entered, wrote: this.#wrote });
    } finally {
      clearInterval(looking);
      this.#client = null;
      await this.#leave(client);
    }
  }

  /** Politely where it went well; what it says then is of no use to anybody. */
  async #leave(client: ImapFlow): Promise<void> {
    if (client.usable && this.#stopped === null)
      await Promise.race([client.logout().catch(() => undefined), this.#stopping.promise]);
    client.close();
  }

  #open({ address, plain }: ServerAddress): ImapFlow {
    const { server, user, password, timeoutMs } = this.#asking;
    const { ca } = this.#ground.options;
    const client = new ImapFlow({
      host: address.text,
      port: server.port,
      secure: server.secure,
      // An address is not a server name (RFC 6066); the certificate is then compared with the address.
      ...(server.address === null ? { servername: server.host } : {}),
      ...(server.secure ? {} : { doSTARTTLS: !plain }),
      auth: { user, pass: password },
      logger: false,
      clientInfo: { name: "Steward", version: false, vendor: false, "support-url": false },
      disableAutoIdle: true,
      // A small answer that unfolds to gigabytes stays small.
      disableCompression: true,
      connectionTimeout: CONNECT_MS_MAX,
      greetingTimeout: CONNECT_MS_MAX,
      socketTimeout: timeoutMs + CONNECT_MS_MAX, // the task's own time is over before
      maxLineLength: 1024 * 1024,
      maxLiteralSize: RESPONSE_BYTES_MAX,
      maxResponseSize: RESPONSE_BYTES_MAX,
      tls: { minVersion: "TLSv1.2", rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    });
    // The promise of what is asked says so too.
    client.on("error", () => undefined);
    return client;
  }
}
