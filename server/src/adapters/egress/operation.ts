import type { Address } from "../../core/egress/address.ts";
import { type AllowList, nameIsAllowed } from "../../core/egress/allow-list.ts";
import { isOpened, judgeHost, mayConnect, refuseAddresses } from "../../core/egress/judge-address.ts";
import { carriesSecret, judgeHeaders, judgeMethod } from "../../core/egress/judge-headers.ts";
import { judgeRedirect } from "../../core/egress/judge-redirect.ts";
import { judgeUrl, type Refusal, type Target } from "../../core/egress/judge-url.ts";
import type { EgressAnswer, EgressRequest } from "../../core/ports/egress.ts";
import type { Connect, ConnectPlan } from "./connect.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { Exchange, type Message } from "./exchange.ts";
import type { AddressBook } from "./resolve.ts";
import type { Slots } from "./slots.ts";

/** What all operations of one egress share. */
export interface Ground {
  readonly allow: AllowList;
  readonly publicNames: AddressBook;
  readonly openedNames: AddressBook;
  readonly connect: Connect;
  readonly ca: string | undefined;
  readonly pool: ConnectionPool;
  readonly slots: Slots;
}

/** One hop of a request: where it goes and with which headers. */
interface Hop {
  readonly target: Target;
  readonly headers: EgressRequest["headers"];
}

const ADDRESSES_TRIED_MAX = 3;
const CONNECT_MS_MAX = 10_000;
/** While another address is left to try. */
const CONNECT_MS_BEFORE_NEXT = 3_000;
/** How long ago a connection may have been used: a server may close an idle one just as the request is written, and then
 * nobody knows. For what may not be repeated that costs a person's decision, so it gets a fresher connection. */
const IDLE_MS_MAX = { repeatable: 4_000, unrepeatable: 1_000 };

/** The course of one request: judge, wait for a slot, resolve, check, connect, exchange, follow; stoppable at any moment. */
export class Operation {
  readonly #ground: Ground;
  readonly #request: EgressRequest;
  readonly #body: Buffer | null;
  #exchange: Exchange | null = null;
  #stopped: { readonly cause: "timeout" | "cancelled"; readonly reason: string } | null = null;
  #onStop: (() => void) | null = null;

  constructor(ground: Ground, request: EgressRequest) {
    this.#ground = ground;
    this.#request = request;
    this.#body = bodyBytes(request.body);
  }

  /** Ends it now; the first cause counts. */
  stop(cause: "timeout" | "cancelled", reason: string): void {
    this.#stopped ??= { cause, reason };
    this.#exchange?.stop(this.#stopped.cause, this.#stopped.reason);
    this.#onStop?.();
  }

  async run(): Promise<EgressAnswer> {
    const first = this.#judgeFirst();
    if ("ok" in first) return refused(first);
    const { slots } = this.#ground;
    const has = slots.tryTake() || (await this.#waitForSlot());
    if (typeof has !== "boolean") return has;
    try {
      return await this.#follow(first);
    } finally {
      slots.give();
    }
  }

  #judgeFirst(): Hop | Refusal {
    const { method, headers, url, hosts } = this.#request;
    const judged = judgeUrl(url);
    if (!judged.ok) return judged;
    const refusal = judgeMethod(method) ?? judgeHeaders(headers) ?? judgeHost(judged.target, hosts);
    return refusal ?? { target: judged.target, headers: withDefaults(headers) };
  }

  async #waitForSlot(): Promise<true | EgressAnswer> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const leave = this.#ground.slots.wait(() => resolve(true));
    if (leave === null) {
      return {
        kind: "refused",
        code: "overloaded",
        message: "Too many outbound requests are waiting; repeat it later.",
      };
    }
    this.#onStop = () => {
      leave(); // at once, or a slot could be handed to a request that is gone
      resolve(false);
    };
    const mine = await promise;
    this.#onStop = null;
    if (mine) return true;
    return this.#answerStopped("connect_timeout");
  }

  #answerStopped(code: "dns" | "connect_timeout"): EgressAnswer {
    if (this.#stopped?.cause === "timeout") return { kind: "unsent", code, message: this.#stopped.reason };
    return { kind: "refused", code: "cancelled", message: this.#stopped?.reason ?? "It was cancelled." };
  }

  async #follow(first: Hop): Promise<EgressAnswer> {
    let hop = first;
    for (let followed = 0; ; followed += 1) {
      const answer = await this.#perform(hop);
      if (answer.kind !== "answer") return answer;
      const location = answer.headers.find(([name]) => name === "location")?.[1] ?? null;
      const { target: from, headers } = hop;
      const verdict = judgeRedirect(this.#request, { status: answer.status, location, from, followed, headers });
      if (!verdict.ok) return refused(verdict);
      if (!verdict.follow) return answer;
      hop = verdict;
    }
  }

  async #perform(hop: Hop): Promise<EgressAnswer> {
    const { target } = hop;
    const found = target.address === null ? this.#lookup(target) : [target.address];
    const addresses = "then" in found ? await this.#awaitAddresses(found, target) : found;
    if ("kind" in addresses) return addresses;
    const checked = this.#check(hop, addresses);
    if ("ok" in checked) return refused(checked);
    return this.#tryAddresses(hop, checked);
  }

  #lookup(target: Target): readonly Address[] | Promise<readonly Address[]> {
    const { allow, openedNames, publicNames } = this.#ground;
    const opened = nameIsAllowed(allow, target.host, target.port);
    return (opened ? openedNames : publicNames).lookup(target.host);
  }

  async #awaitAddresses(
    asked: Promise<readonly Address[]>,
    target: Target,
  ): Promise<readonly Address[] | EgressAnswer> {
    const { promise: stopped, resolve } = Promise.withResolvers<null>();
    this.#onStop = () => resolve(null);
    if (this.#stopped !== null) resolve(null);
    try {
      return (await Promise.race([asked, stopped])) ?? this.#answerStopped("dns");
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: "unsent", code: "dns", message: `${target.host} could not be resolved: ${why}.` };
    } finally {
      this.#onStop = null;
    }
  }

  /** The addresses that may be connected to: those that pass the guard; with a credential over plain http only opened ones. */
  #check(hop: Hop, addresses: readonly Address[]): readonly Address[] | Refusal {
    const { allow } = this.#ground;
    const { target } = hop;
    const passing = addresses.filter((address) => mayConnect(allow, target, address));
    if (passing.length === 0) return refuseAddresses(target, addresses);
    if (this.#request.certificate !== undefined && target.scheme !== "https")
      return { ok: false, code: "scheme_forbidden", message: "A client's certificate is shown over https: only." };
    if (target.scheme === "https" || !carriesSecret(hop.headers, this.#request.secretHeaders)) return passing;
    const opened = passing.filter((address) => isOpened(allow, target, address));
    if (opened.length > 0) return opened;
    const message = `A credential is not sent to ${target.host} over http:, where anybody on the way could read it; use https:.`;
    return { ok: false, code: "scheme_forbidden", message };
  }

  /** Another address is tried only while it is proven that nothing was sent. */
  async #tryAddresses(hop: Hop, checked: readonly Address[]): Promise<EgressAnswer> {
    const { pool } = this.#ground;
    const keyOf = (address: Address): string =>
      `${this.#request.partition ?? ""}\n${this.#request.certificate?.id ?? ""}\n${hop.target.origin}\n${address.text}`;
    const withIdle = checked.find((address) => pool.hasIdle(keyOf(address)));
    const order = withIdle === undefined ? checked : [withIdle, ...checked.filter((address) => address !== withIdle)];
    const tried = order.slice(0, ADDRESSES_TRIED_MAX);
    let answer: EgressAnswer = this.#answerStopped("connect_timeout");
    for (const [index, address] of tried.entries()) {
      const last = index === tried.length - 1;
      answer = await this.#tryAddress(hop, address, keyOf(address), last ? CONNECT_MS_MAX : CONNECT_MS_BEFORE_NEXT);
      const failed = answer.kind === "unsent" && answer.code !== "tls";
      if (!failed || this.#stopped !== null) return answer;
    }
    return answer;
  }

  async #tryAddress(hop: Hop, address: Address, key: string, timeoutMs: number): Promise<EgressAnswer> {
    const { pool, connect, ca } = this.#ground;
    const plan: ConnectPlan = {
      connect,
      target: hop.target,
      address,
      timeoutMs,
      ca,
      certificate: this.#request.certificate,
    };
    const repeatable = isSafe(this.#request.method);
    const reused = pool.take(key, repeatable ? IDLE_MS_MAX.repeatable : IDLE_MS_MAX.unrepeatable);
    if (reused !== null) {
      const answer = await this.#exchangeOn(reused, hop);
      // The server had closed the idle connection, and it was noticed before anything was written.
      if (answer.kind !== "unsent" || this.#stopped !== null) return answer;
    }
    return this.#exchangeOn(pool.open(key, plan), hop);
  }

  async #exchangeOn(connection: ReturnType<ConnectionPool["open"]>, hop: Hop): Promise<EgressAnswer> {
    const { method, responseBytesMax, beforeFirstByte } = this.#request;
    const message: Message = {
      target: hop.target,
      headers: hop.headers,
      method,
      body: this.#body,
      responseBytesMax,
      mayBegin: () => this.#stopped === null && (beforeFirstByte === undefined || beforeFirstByte()),
    };
    const exchange = new Exchange(connection, message);
    this.#exchange = exchange;
    if (this.#stopped === null) exchange.start();
    else exchange.stop(this.#stopped.cause, this.#stopped.reason);
    const answer = await exchange.outcome;
    this.#exchange = null;
    this.#ground.pool.give(connection);
    return answer;
  }
}

function refused({ code, message }: Refusal): EgressAnswer {
  return { kind: "refused", code, message };
}

function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function bodyBytes(body: EgressRequest["body"]): Buffer | null {
  if (body === null || body.length === 0) return null;
  return typeof body === "string"
    ? Buffer.from(body, "utf8")
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

const DEFAULTS = [
  ["user-agent", "Steward"],
  ["accept", "*/*"],
  // Nothing is decompressed here: a small body that unfolds to gigabytes stays small, and limits count what came.
  ["accept-encoding", "identity"],
] as const;

function withDefaults(headers: EgressRequest["headers"]): EgressRequest["headers"] {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const missing = DEFAULTS.filter(([name]) => !given.has(name));
  return missing.length === 0 ? headers : [...headers, ...missing];
}
