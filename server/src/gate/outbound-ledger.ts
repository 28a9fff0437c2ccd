/**
 * The ledger of what the installation itself connects to (PROMISES A10): counted in memory, added to the database soon.
 * What runs do passes the gate and is in the audit, not here.
 */
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { NoteOutbound } from "../core/ports/outbound.ts";
import { addOutbound, forgetOutbound, type OutboundRow } from "../store/outbound.ts";

export interface OutboundLedgerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
  /** Kinds of connections counted between two flushes, by default 1,000; what is beyond is counted together, as host `…`. */
  readonly kindsMax?: number;
}

export interface OutboundLedger {
  readonly note: NoteOutbound;
  /** Writes what was noted; what can't be written now is kept for the next time. */
  flush(): Promise<void>;
  /** Writes what is left and flushes no more. */
  stop(): Promise<void>;
}

const FLUSH_MS = 5_000;
const HOUR_MS = 3_600_000;
/** The catalogue's days for the table. */
const KEPT_MS = 90 * 86_400_000;
const FORGOTTEN_MAX = 1_000;
const HOST_CHARACTERS_MAX = 253;

export function createOutboundLedger({ database, clock, log, kindsMax = 1_000 }: OutboundLedgerParts): OutboundLedger {
  let noted = new Map<string, OutboundRow>();
  let flushing: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  let forgottenHour = 0;

  const add = (row: OutboundRow): void => {
    const { hour, purpose } = row;
    const key = (host: string, port: number): string => `${hour} ${host} ${port} ${purpose}`;
    const own = key(row.host, row.port);
    const full = !noted.has(own) && noted.size >= kindsMax;
    const kept = full ? { ...row, host: "…", port: 0 } : row;
    noted.set(full ? key("…", 0) : own, merged(noted.get(full ? key("…", 0) : own), kept));
  };

  const write = async (): Promise<void> => {
    const rows = [...noted.values()];
    noted = new Map();
    try {
      await addOutbound(database, rows);
      const hour = hourOf(clock.nowMs());
      if (hour === forgottenHour) return;
      forgottenHour = hour;
      await forgetOutbound(database, hour - KEPT_MS, FORGOTTEN_MAX);
    } catch (error) {
      log("the ledger of outbound connections could not be written", error);
      for (const row of rows) add(row);
    }
  };

  const flush = (): Promise<void> => {
    cancel?.();
    cancel = null;
    flushing ??= write().finally(() => (flushing = null));
    return flushing;
  };

  return {
    note(host, port, purpose, bytes) {
      const atMs = clock.nowMs();
      const name = host.slice(0, HOST_CHARACTERS_MAX);
      add({
        hour: hourOf(atMs),
        host: name,
        port,
        purpose,
        count: 1,
        bytes: bytes ?? null,
        firstAt: atMs,
        lastAt: atMs,
      });
      cancel ??= clock.after(FLUSH_MS, () => {
        cancel = null;
        void flush();
      });
    },
    flush,
    async stop() {
      await flush();
      if (noted.size > 0) await flush(); // noted while that was under way
      cancel?.();
    },
  };
}

function hourOf(atMs: number): number {
  return Math.floor(atMs / HOUR_MS) * HOUR_MS;
}

function merged(before: OutboundRow | undefined, row: OutboundRow): OutboundRow {
  if (before === undefined) return row;
  const bytes = row.bytes === null ? before.bytes : (before.bytes ?? 0) + row.bytes;
  const firstAt = Math.min(before.firstAt, row.firstAt);
  const lastAt = Math.max(before.lastAt, row.lastAt);
  return { ...before, count: before.count + row.count, bytes, firstAt, lastAt };
}
