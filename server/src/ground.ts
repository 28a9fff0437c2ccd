/** What every process stands on: settings, home, database, keys, and the one way out. */
import path from "node:path";
import { createEgress } from "./adapters/egress/create-egress.ts";
import { openHome, type Home } from "./adapters/home/home.ts";
import { lockHome, type HomeLock } from "./adapters/home/lock-home.ts";
import { systemClock } from "./adapters/system/system-clock.ts";
import { systemIds } from "./adapters/system/system-ids.ts";
import { createDenials } from "./audit/create-denials.ts";
import type { Config } from "./config.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import type { Clock } from "./core/ports/clock.ts";
import type { Egress } from "./core/ports/egress.ts";
import type { Ids } from "./core/ports/ids.ts";
import { createOwnWays, type OwnWays } from "./gate/own-egress.ts";
import { createOutboundLedger, type OutboundLedger } from "./gate/outbound-ledger.ts";
import type { Keyring, ProjectKeys } from "./keyring/keyring.ts";
import { openDatabase, type OpenDatabase } from "./open-database.ts";
import { openKeys, type OpenKeys } from "./open-keys.ts";
import type { Scope } from "./store/scope.ts";
import { subProcessorsOf } from "./sub-processors.ts";

export interface Ground {
  readonly config: Config;
  readonly home: Home;
  readonly lock: HomeLock | null;
  readonly db: OpenDatabase;
  readonly keys: OpenKeys;
  readonly keyring: Keyring;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly egress: Egress;
  /** The way out on the installation's own behalf. */
  readonly own: OwnWays;
  readonly ledger: OutboundLedger;
  /** By the wall clock. */
  readonly startedMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Where this installation is called from outside; the port is known once the server is bound. */
  readonly publicUrl: () => string;
  /** Where the server listens, once it does. */
  address: string;
}

export type Log = (message: string, error?: unknown) => void;

/** What ends with the process, last opened first. */
export type Closers = (() => Promise<unknown>)[];

/** Opens it all; what was opened before something failed is in `closers`. */
export async function openGround(
  config: Config,
  role: "server" | "worker",
  line: (line: string) => void,
  closers: Closers,
): Promise<Ground> {
  const log: Log = (message, error) => line(error === undefined ? message : `${message}: ${describe(error)}`);
  const ids = systemIds(() => systemClock.nowMs());
  const home = openHome(config.home);
  const lock = role === "server" ? await lockHome(home, systemClock.nowMs()) : null;
  if (lock) closers.push(() => lock.release());
  const worker = `w${ids.bytes(8).toString("hex")}`;
  const db = await openDatabase({ config, home, lock, worker, nowMs: systemClock.nowMs(), log: line });
  closers.push(() => db.close());
  const ledger = createOutboundLedger({ database: db.database, clock: systemClock, log });
  closers.push(() => ledger.stop());
  const egress = createEgress({
    allow: parseAllowList(config.egressAllow),
    nowMs: () => systemClock.monotonicMs(),
  });
  closers.push(() => egress.close());
  const own = openOwnWays(config, db, egress, log, closers);
  const keys = await openKeys(config, home, own.way("key_service"));
  const ground: Ground = {
    config,
    home,
    lock,
    db,
    keys,
    keyring: keys.keyring,
    keysOf: ({ organization, project }) => keys.keyring.project(organization, project),
    egress,
    own,
    ledger,
    startedMs: systemClock.nowMs(),
    clock: systemClock,
    ids,
    log,
    publicUrl: () => config.publicUrl ?? ground.address,
    address: `${config.tls ? "https" : "http"}://${config.host}:${config.port}`,
  };
  return ground;
}

/** What is not listed is refused, logged, and told of in the installation's audit. */
function openOwnWays(config: Config, { database }: OpenDatabase, egress: Egress, log: Log, closers: Closers): OwnWays {
  const reports = createDenials({ database, clock: systemClock, log });
  closers.push(() => reports.close());
  return createOwnWays(egress, subProcessorsOf(config), (host, port, purpose) => {
    log(`a call to ${host}, port ${port}, for ${purpose} was refused: no setting names it`);
    const facts = { port, purpose };
    const atMs = systemClock.nowMs();
    reports.note(null, { atMs, project: null, actor: "system", action: "egress.unlisted", target: host, facts });
  });
}

/** The folder that holds the built page and the examples. */
export const ROOT = path.resolve(import.meta.dirname, "..", "..");

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
