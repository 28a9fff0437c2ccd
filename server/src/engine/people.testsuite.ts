/** People who decide in engine tests, in one transaction as the product's verb does, and a gate that asks them. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn, type Json, type JsonObject } from "../core/json.ts";
import { digestInput } from "../core/policy/canonical.ts";
import type { EffectCall, Gate, Performed } from "../core/ports/gate.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { insertInbox } from "../store/inbox.ts";
import { lockQueue, wakeRuns } from "../store/queue.ts";
import { inScope } from "../store/scope.ts";
import type { TestEngine } from "../../test/engine.ts";
import type { ApprovalDecision } from "./call-flow.ts";
import { DONE } from "./capped.testsuite.ts";

export interface AskedRow {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly path: string;
  readonly seq: number;
  readonly kind: string;
  readonly action: string;
  readonly status: string;
  readonly digest: Buffer;
  readonly arguments: Buffer;
  readonly parties: Json;
  readonly reasons: Json;
  readonly expiresInMs: number;
  readonly isDue: boolean;
}

/** In the order in which they were asked for. */
export async function approvals(it: TestEngine): Promise<readonly AskedRow[]> {
  const { rows } = await it.db.admin.query<AskedRow>({
    text: `select id, run, step, path, seq, kind, action, status, digest, arguments, parties, reasons,
      (extract(epoch from expires_at - created_at) * 1000)::bigint as "expiresInMs", due_at <= created_at as "isDue"
      from steward.approvals order by id`,
  });
  return rows;
}

export async function argumentsOf(it: TestEngine, row: AskedRow): Promise<Json> {
  const { keys } = await it.parts.projects.get(it.scope);
  const opened = keys.open("approval", placeOf("approvals", "arguments"), uuidBytes(row.id), row.arguments);
  return parseOwn<Json>(opened.toString());
}

export async function digestOf(it: TestEngine, given: JsonObject): Promise<Buffer> {
  const { keys } = await it.parts.projects.get(it.scope);
  const what = { action: "http.request", connection: null, arguments: given };
  return keys.digest("effect", "arguments", ...digestInput(what));
}

/** The last word on an approval; false when its run has ended. */
export async function decide(
  it: TestEngine,
  row: Pick<AskedRow, "id" | "run">,
  how: ApprovalDecision["how"],
  more: { readonly changed?: JsonObject; readonly note?: string } = {},
): Promise<boolean> {
  const digest = more.changed && (await digestOf(it, more.changed));
  const message = await it.engine.sealDecision(it.scope, row.run, {
    approval: row.id,
    how,
    by: "acc_ann",
    ...(more.note === undefined ? {} : { note: more.note }),
    ...(more.changed && digest ? { changed: { arguments: more.changed, digest: digest.toString("base64url") } } : {}),
  });
  const isOpen = await inScope(it.db.database, it.scope, async (tx) => {
    const [locked] = await lockQueue(tx, [row.run]);
    if (!locked) return false;
    await tx.query({
      text: `update steward.approvals set status = $3, due_at = null, changed = $4, changed_digest = $5,
          decided_at = case when $3 in ('approved', 'rejected') then now() end
        where project = $1 and id = $2 and status = 'open'`,
      values: [it.scope.project, row.id, how, digest ? Buffer.from("sealed") : null, digest ?? null],
    });
    for (const statement of [...insertInbox(it.scope.project, [message]), wakeRuns([row.run])])
      await tx.query(statement);
    return true;
  });
  it.engine.wake([row.run]);
  return isOpen;
}

export interface AskingGate extends Gate {
  readonly sent: EffectCall[];
  /** What was asked of people. */
  readonly held: EffectCall[];
}

/** A gate that sends nothing before people have approved it, as the real one does. */
export function askingGate(
  it: () => TestEngine,
  does: (call: EffectCall) => Promise<EffectOutcome> | EffectOutcome = () => DONE,
  asks: (call: EffectCall) => boolean = () => true,
): AskingGate {
  const sent: EffectCall[] = [];
  const held: EffectCall[] = [];
  const end = (outcome: EffectOutcome): Performed => ({ outcome, audit: [], settle: [], usage: null });
  const refuse = (code: string): Performed => end({ kind: "refused", code, message: code });
  return {
    sent,
    held,
    async perform(call) {
      const given = call.effect.arguments;
      const digest = await digestOf(it(), given);
      if (call.approval === null && asks(call)) {
        held.push(call);
        const by = ["role:operator"];
        const parties = [{ by, quorum: 1, remindHours: null, escalate: null }];
        const needed = { parties, expiresHours: 24, reasons: [] };
        const { action } = call.effect;
        return { held: { needed, action, connection: null, grant: null, arguments: given, digest }, audit: [] };
      }
      const intended = await call.intend({ audit: [], reservations: [] });
      if (call.signal.aborted || !call.mayProceed()) return refuse("cancelled");
      if (!intended.approved) return refuse("approval_mismatch");
      sent.push(call);
      return end(await does(call));
    },
  };
}
