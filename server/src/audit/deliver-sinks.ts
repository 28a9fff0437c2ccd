/**
 * Sends organizations' audit to their sinks as it grows, at least once each batch, each chain in order. A sink is one
 * process's at a time; one that fails keeps its place, and is tried again after 10 s, then twice as long, up to an hour.
 */
import { parseSyslogAddress } from "../core/audit-address.ts";
import { auditLines, syslogFrames } from "../core/audit-message.ts";
import { uuidBytes } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Egress } from "../core/ports/egress.ts";
import type { Syslog } from "../core/ports/syslog.ts";
import { placeOf } from "../catalogue/tables.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { claimSink, findDueSinks, readUntaken, settleSink, type SinkRow } from "../store/audit-sinks.ts";
import type { AuditBatchRow } from "../store/audit.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";

export interface SinkParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly egress: Egress;
  readonly syslog: Syslog;
  /** Of INSTALLATION_SCOPE, under which sinks' secrets are sealed. */
  readonly keys: () => Promise<ProjectKeys>;
  readonly log: (message: string, error?: unknown) => void;
}

export interface SinkDelivery {
  /** Sends what is due to every sink that is due. Meant for a timer of some seconds, in any number of processes. */
  tick(): Promise<void>;
  /** Breaks off what is being sent; it is sent again by whoever comes next. */
  close(): void;
}

export const SINK_SECRET = placeOf("audit_sinks", "secret");
const LOOK_MS = 10_000;
const BACKOFF_MS_MAX = 3_600_000;
const SINKS_AT_ONCE = 100;
const SENDING_MAX = 8;
const BATCHES_AT_ONCE = 100;
const BODY_BYTES_MAX = 1_048_576;
const SEND_MS_MAX = 15_000;
/** Of one sink's turn; what is left then is for the next. */
const TURN_MS_MAX = 30_000;
/** When another process may take the sink: longer than a turn with its last send. */
const CLAIM_MS = 60_000;
const ANSWER_BYTES_MAX = 65_536;

export function createSinkDelivery(parts: SinkParts): SinkDelivery {
  const stop = new AbortController();
  return {
    async tick() {
      const due = [...(await findDueSinks(parts.dispatch, parts.clock.nowMs(), SINKS_AT_ONCE))];
      const sender = async (): Promise<void> => {
        for (let sink = due.shift(); sink !== undefined && !stop.signal.aborted; sink = due.shift()) {
          const { organization, id } = sink;
          await deliver(parts, organization, id, stop.signal).catch((error: unknown) =>
            parts.log(`the audit was not sent to sink ${id} of ${organization}`, error),
          );
        }
      };
      await Promise.all(Array.from({ length: Math.min(SENDING_MAX, due.length) }, sender));
    },
    close: () => stop.abort(),
  };
}

async function deliver(parts: SinkParts, organization: string, id: string, signal: AbortSignal): Promise<void> {
  const { clock, database } = parts;
  const claimedMs = clock.nowMs();
  const sink = await claimSink(database, organization, id, claimedMs, claimedMs + CLAIM_MS);
  if (sink === null) return;
  const endMs = clock.monotonicMs() + TURN_MS_MAX;
  for (let error: string | null = null; error === null;) {
    const batches = fitting(
      await inScope(database, organizationScope(organization), (tx) =>
        readUntaken(tx, organization, id, BATCHES_AT_ONCE),
      ),
    );
    error = batches.length === 0 ? null : await send(parts, sink, batches, signal);
    if (error === "cancelled" && signal.aborted) return; // another process takes it when the claim is over
    const atMs = clock.nowMs();
    const over = batches.length === 0 || clock.monotonicMs() >= endMs;
    const stands = await settleSink(database, sink, {
      dueAt: error === null ? (over ? atMs + LOOK_MS : atMs + CLAIM_MS) : atMs + backoffMs(sink.failures + 1),
      failures: error === null ? 0 : sink.failures + 1,
      error: error === null ? null : { code: error, atMs },
      taken: error === null && batches.length > 0 ? { ...takenOf(batches), atMs } : null,
    });
    if (over || !stands) return;
  }
}

function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MS_MAX, LOOK_MS * 2 ** Math.min(failures - 1, 20));
}

/** As many as one request carries; one that is larger goes alone. */
function fitting(batches: readonly AuditBatchRow[]): readonly AuditBatchRow[] {
  let bytes = 0;
  const end = batches.findIndex((batch, at) => (bytes += auditLines(batch).length) > BODY_BYTES_MAX && at > 0);
  return end === -1 ? batches : batches.slice(0, end);
}

function takenOf(batches: readonly AuditBatchRow[]): { entries: number; ends: ReadonlyMap<string, number> } {
  return {
    entries: batches.reduce((sum, batch) => sum + batch.entries.length, 0),
    ends: new Map(batches.map((batch) => [batch.chain, batch.seq])),
  };
}

/** Null when it was taken, else why not, in a word. */
async function send(
  parts: SinkParts,
  sink: SinkRow,
  batches: readonly AuditBatchRow[],
  signal: AbortSignal,
): Promise<string | null> {
  if (sink.kind === "http") return await post(parts, sink, batches.map(auditLines).join(""), signal);
  const address = parseSyslogAddress(sink.address);
  if (typeof address === "string") return "address_invalid";
  const frames = Buffer.from(batches.map(syslogFrames).join(""), "utf8");
  const answer = await parts.syslog.send({ address, frames, timeoutMs: SEND_MS_MAX, signal });
  return answer.kind === "taken" ? null : answer.code;
}

/** Marks what is sent as not for everybody on the way: the egress refuses it over plain http beyond what the operator opened. */
const MARK = "steward-audit-sink";

async function post(parts: SinkParts, sink: SinkRow, body: string, signal: AbortSignal): Promise<string | null> {
  const secret = sink.secret === null ? null : await openSecret(parts, sink.id, sink.secret);
  const answer = await parts.egress.request({
    method: "POST",
    url: sink.address,
    headers: [
      ["content-type", "application/jsonl; charset=utf-8"],
      [MARK, sink.id],
      ...(secret === null ? [] : [["authorization", `Bearer ${secret}`] as const]),
    ],
    body,
    timeoutMs: SEND_MS_MAX,
    responseBytesMax: ANSWER_BYTES_MAX,
    redirectsMax: 0,
    hosts: null,
    secretHeaders: ["authorization", MARK],
    signal,
    partition: `sink:${sink.id}`,
  });
  if (answer.kind !== "answer" && answer.kind !== "too_large") return answer.code;
  return answer.status >= 200 && answer.status < 300 ? null : `http_${answer.status}`;
}

async function openSecret(parts: SinkParts, id: string, sealed: Buffer): Promise<string> {
  return (await parts.keys()).open("sink", SINK_SECRET, uuidBytes(id), sealed).toString("utf8");
}
