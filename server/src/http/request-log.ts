/**
 * Metadata of requests, for the owner's security (PROMISES D8). Calls of one caller, route, status, address and program
 * within a minute are one row with their count, gathered in memory and written every few seconds: 10,000 calls a second
 * of a few callers are a few rows a minute. Nothing is sampled; what finds no room is counted and told in the log.
 */
import type { Clock } from "../core/ports/clock.ts";
import type { Ids } from "../core/ports/ids.ts";
import { sqlState, type Database } from "../core/ports/database.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import { deleteExpiredRequests, type RequestRow, writeRequests } from "../store/request-metadata.ts";
import type { Scope } from "../store/scope.ts";
import type { AnyPrincipal } from "./principal.ts";
import { productOf } from "./product-of.ts";
import { routeNameOf } from "./route-names.ts";
import { repeatUntil } from "./repeat-until.ts";

export interface RequestLogOptions {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: (message: string, error?: unknown) => void;
}

export interface NotedRequest {
  readonly principal: AnyPrincipal | null;
  readonly method: string;
  /** The pattern that took it, `/v1/flows/:slug`; undefined when none did. */
  readonly pattern: string | undefined;
  readonly status: number;
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly latencyMs: number;
}

export interface RequestLog {
  /** Takes a request down; never waits and never throws. */
  note(request: NotedRequest): void;
  /** Writes what is gathered. Rejects when that failed; what was not written is tried again with the next. */
  flush(): Promise<void>;
  /** Writes the rest and stops. */
  close(): Promise<void>;
}

type Entry = { -readonly [Name in keyof RequestRow]: RequestRow[Name] } & { readonly scope: Scope };

const MINUTE_MS = 60_000;
const FLUSH_MS = 5000;
const PURGE_MS = 3_600_000;
/** Hours cleared away at once: a day's and more, so that a pause is made up for. */
const PURGED_HOURS_MAX = 48;
/** Rows of a minute; about 300 bytes each. */
const ENTRIES_MAX = 20_000;
const ROWS_MAX = 1024;
const FOREIGN_KEY_VIOLATION = "23503";

export function createRequestLog(options: RequestLogOptions): RequestLog {
  return new GatheredLog(options);
}

class GatheredLog implements RequestLog {
  readonly #options: RequestLogOptions;
  readonly #ends: readonly (() => Promise<void>)[];
  #entries = new Map<string, Entry>();
  #minuteMs = 0;
  readonly #unwritten = new Set<Entry>();
  #dropped = 0;

  constructor(options: RequestLogOptions) {
    this.#options = options;
    const { clock, log } = options;
    const failed = (error: unknown): void => log("request metadata was not written and is tried again", error);
    this.#ends = [
      repeatUntil(clock, FLUSH_MS, () => this.flush(), failed),
      repeatUntil(
        clock,
        PURGE_MS,
        () => purge(options.dispatch),
        (error) => log("old request metadata was not removed", error),
      ),
    ];
  }

  note({ principal, method, pattern, status, address, userAgent, latencyMs }: NotedRequest): void {
    const now = this.#options.clock.nowMs();
    if (now - this.#minuteMs >= MINUTE_MS || now < this.#minuteMs) {
      this.#minuteMs = now - (now % MINUTE_MS);
      this.#entries = new Map();
    }
    const scope = principal !== null && "scope" in principal ? principal.scope : INSTALLATION_SCOPE;
    const shown = principal?.shownId ?? null;
    const product = productOf(userAgent);
    const key = `${scope.project}\n${shown}\n${method}\n${pattern}\n${status}\n${address}\n${product?.name}\n${product?.version}`;
    const ms = Math.max(0, Math.round(latencyMs));
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.#entries.size >= ENTRIES_MAX || this.#unwritten.size >= ENTRIES_MAX) return void this.#dropped++;
      entry = {
        scope,
        id: this.#options.ids.uuid(),
        minuteMs: this.#minuteMs,
        principal: shown,
        route: routeName(method, pattern),
        method: METHODS.has(method) ? method : "other",
        status,
        address,
        client: product?.name ?? null,
        clientVersion: product?.version ?? null,
        count: 0,
        latencyMsSum: 0,
        latencyMsMax: 0,
      };
      this.#entries.set(key, entry);
    }
    entry.count++;
    entry.latencyMsSum += ms;
    if (ms > entry.latencyMsMax) entry.latencyMsMax = ms;
    this.#unwritten.add(entry);
  }

  async flush(): Promise<void> {
    const { log } = this.#options;
    if (this.#dropped > 0) {
      log(
        `${this.#dropped} requests found no room in the request log: more than ${ENTRIES_MAX} kinds of them in a minute`,
      );
      this.#dropped = 0;
    }
    const byProject = Map.groupBy(this.#unwritten, (entry) => entry.scope.project);
    for (const entries of byProject.values())
      for (let at = 0; at < entries.length; at += ROWS_MAX) await this.#write(entries.slice(at, at + ROWS_MAX));
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const { database, log } = this.#options;
    const scope = entries[0]!.scope;
    for (const entry of entries) this.#unwritten.delete(entry); // what is counted from here on is written again
    try {
      await writeRequests(database, scope, entries);
    } catch (error) {
      // The project is gone for good, and its metadata with it.
      if (sqlState(error) === FOREIGN_KEY_VIOLATION)
        return log(`the requests of project ${scope.project}, which is gone, were not kept`);
      for (const entry of entries) this.#unwritten.add(entry);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
    await this.flush();
  }
}

async function purge(dispatch: Database): Promise<void> {
  for (let hours = 0; hours < PURGED_HOURS_MAX; hours++) if ((await deleteExpiredRequests(dispatch)) === 0) return;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** The table's name of a route; else the pattern; `none` for what nothing took, whatever its path was. */
function routeName(method: string, pattern: string | undefined): string {
  return pattern === undefined ? "none" : (routeNameOf(method, pattern) ?? pattern);
}
