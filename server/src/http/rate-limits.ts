/**
 * Limits on how often something may be tried (PROMISES A8). Tries at proofs are counted exactly, in the database,
 * before the work of checking them; calls in memory, settled in batches. Addresses are written as keyed digests only.
 */
import { createHmac } from "node:crypto";
import { AppError } from "../core/errors.ts";
import { countedAs, plainAddress } from "../core/network.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Counter } from "../core/ports/counter.ts";
import { callRules, FAMILIAR_MS, TRIES, type CallRules, type TryKind, type TryRules } from "./limits-table.ts";
import { repeatUntil } from "./repeat-until.ts";
import { createSharedCounts, type CountRule, type SharedCounts, type SharedCountsOptions } from "./shared-counts.ts";

export interface RateLimitsOptions {
  readonly counter: Counter;
  /** `addCounts` on the database. */
  readonly add: SharedCountsOptions["add"];
  /** Removes counts that are over, at most `limit`; gives how many. */
  readonly deleteExpired: (nowMs: number, limit: number) => Promise<number>;
  /** 32 bytes that only this installation has, for the digests. */
  readonly secret: Uint8Array;
  readonly callsPerMinute: number;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

/** Who tries. `account` is what the try names, whether it exists or not: an id, or a mail address. */
export interface Trier {
  readonly address: string;
  readonly account?: string | undefined;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RateLimits {
  /** Counts a try before it is made. Throws `rate_limited`; errors of the database, for what can't be counted is not done. */
  hit(kind: TryKind, who: Trier): Promise<void>;
  /**
   * After a try that began a session, and only then (a password that still wants a second factor is none): it counts
   * for nothing, and the address as one that the account comes from.
   */
  succeeded(kind: TryKind, who: Trier): Promise<void>;
  /** Before it is known who calls. Throws `rate_limited` at an address that was refused or answered too often. */
  admit(address: string, headers: Headers): void;
  /** A call of somebody who is known. Throws, or rejects with, `rate_limited`. */
  called(caller: string, address: string, headers: Headers): void | Promise<void>;
  /** An answer to nobody who is known; `refused` when a key or session was not valid. */
  answered(address: string, refused: boolean): void;
  /** A delivery to no webhook. Throws `rate_limited`. */
  unknownWebhook(address: string): void;
  /** Writes what is counted and not yet written. */
  close(): Promise<void>;
}

const PURGE_MS = 600_000;
const PURGED_MAX = 5000;
/** Credentials that were good at an address with many refusals, and how long they are waved through there. */
const GOOD_MAX = 10_000;
const GOOD_MS = 600_000;

export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { clock, log, secret } = options;
  const rules = callRules(options.callsPerMinute);
  const counts = createSharedCounts(options);
  const digest = (...parts: readonly string[]): string =>
    createHmac("sha256", secret).update(JSON.stringify(parts)).digest().subarray(0, 18).toString("base64url");
  const endPurge = repeatUntil(
    clock,
    PURGE_MS,
    () => options.deleteExpired(clock.nowMs(), PURGED_MAX),
    (error) => log("counts that are over were not removed", error),
  );
  return {
    ...tries(options.counter, digest),
    ...calls(counts, rules, clock, digest),
    async close() {
      await endPurge();
      await counts.close();
    },
  };
}

type Digest = (...parts: readonly string[]) => string;

function tries(counter: Counter, digest: Digest): Pick<RateLimits, "hit" | "succeeded"> {
  const names = (kind: TryKind, { address, account }: Trier) => {
    const from = networkOf(address);
    const named = account?.trim().toLowerCase();
    return {
      address: `${kind}:address:${digest(from)}`,
      pair: named === undefined ? null : `${kind}:pair:${digest(from, named)}`,
      account: named === undefined ? null : `${kind}:account:${digest(named)}`,
      familiar: named === undefined ? null : `familiar:${digest("familiar", from, named)}`,
    };
  };
  const take = async (key: string, rule: CountRule, to: string): Promise<void> => {
    const { count, leftMs } = await counter.take(key, rule.windowMs);
    if (count > rule.points) throw tooMany(`There were too many tries to ${to}.`, leftMs);
  };
  return {
    // In this order, each only after the one before it: who is over the narrow limit can't use up the wide one.
    async hit(kind, who) {
      const { to, address, pair, strangers, account }: TryRules = TRIES[kind];
      const name = names(kind, who);
      await take(name.address, address, to);
      if (name.pair === null || name.account === null || name.familiar === null) return;
      if (pair) await take(name.pair, pair, to);
      if (account) await take(name.account, account, to);
      if (strangers && !(await counter.isMarked(name.familiar))) await take(name.account, strangers, to);
    },
    async succeeded(kind, who) {
      const { address, strangers }: TryRules = TRIES[kind];
      const name = names(kind, who);
      await counter.giveBack(name.address, address.windowMs);
      if (name.pair !== null) await counter.clear(name.pair);
      if (name.account === null || name.familiar === null) return;
      if (strangers && !(await counter.isMarked(name.familiar)))
        await counter.giveBack(name.account, strangers.windowMs);
      await counter.mark(name.familiar, FAMILIAR_MS);
    },
  };
}

function calls(
  counts: SharedCounts,
  rules: CallRules,
  clock: Clock,
  digest: Digest,
): Pick<RateLimits, "admit" | "called" | "answered" | "unknownWebhook"> {
  /** By digest of the credential, until when it counts as good. */
  const good = new Map<string, number>();
  const credentialOf = ({ authorization, cookie }: Headers): string | null => {
    const text = authorization ?? cookie;
    return text === undefined ? null : digest("credential", String(text));
  };
  const remember = (headers: Headers): void => {
    const credential = credentialOf(headers);
    if (credential === null) return;
    good.delete(credential);
    good.set(credential, clock.monotonicMs() + GOOD_MS);
    if (good.size > GOOD_MAX) good.delete(good.keys().next().value!);
  };
  const isGood = (headers: Headers): boolean => (good.get(credentialOf(headers) ?? "") ?? 0) > clock.monotonicMs();

  return {
    admit(address, headers) {
      const from = networkOf(address);
      const overMs = Math.max(counts.overMs(openKey(from)), counts.overMs(refusedKey(from)));
      // Others behind the same address go on by what they have shown to be good.
      if (overMs > 0 && !isGood(headers)) throw tooMany("Too many calls came from this address.", overMs);
    },
    called(caller, address, headers) {
      const from = networkOf(address);
      if (counts.isNear(refusedKey(from), rules.refused) || counts.isNear(openKey(from), rules.open)) remember(headers);
      const overMs = counts.take(caller, rules.call, () => `call:${caller}`);
      const refuse = (ms: number): void => {
        if (ms > 0) throw tooMany(`This caller has made ${rules.call.points} calls within a minute.`, ms);
      };
      return typeof overMs === "number" ? refuse(overMs) : overMs.then(refuse);
    },
    answered(address, refused) {
      const from = networkOf(address);
      counts.note(openKey(from), rules.open, () => `open:${digest(from)}`);
      if (refused) counts.note(refusedKey(from), rules.refused, () => `refused:${digest(from)}`);
    },
    unknownWebhook(address) {
      const from = networkOf(address);
      const key = `webhook ${from}`;
      const overMs = counts.overMs(key);
      if (overMs > 0) throw tooMany("Too many deliveries from this address led nowhere.", overMs);
      counts.note(key, rules.unknownWebhook, () => `webhook:${digest(from)}`);
    },
  };
}

function openKey(from: string): string {
  return `open ${from}`;
}

function refusedKey(from: string): string {
  return `refused ${from}`;
}

/** Whom an address is counted as; what is none counts as one. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const parsed = plainAddress(address);
  return parsed === null ? "" : countedAs(parsed);
}

function tooMany(what: string, leftMs: number): AppError {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  return new AppError("rate_limited", `${what} Repeat in ${seconds} s.`, { retryAfterSeconds: seconds });
}
