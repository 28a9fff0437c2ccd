import type { FlowDetail } from "@steward/sdk";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { FlowDraftRow, FlowKind } from "../store/flows.ts";
import { listSchedules } from "../store/schedules.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { listTriggers } from "../store/triggers.ts";
import { listEvents, type ListEventsParts } from "./list-events.ts";
import { listWebhooks } from "./list-webhooks.ts";
import { findDraftOfKind } from "./of-kind.ts";
import { openDraft } from "./sealed-flow.ts";
import { showFlow, showJson, showTime } from "./show-flow.ts";

/** A flow with its draft, its webhooks' addresses and when its schedules fire next. Throws `not_found`. */
export async function getFlow(
  parts: ListEventsParts,
  scope: Scope,
  slug: string,
  kind: FlowKind = "flow",
): Promise<FlowDetail> {
  const { keys } = await parts.projects.get(scope);
  const events = await listEvents(parts, scope, slug);
  return await inScope(parts.database, scope, async (tx) => {
    const row = await findDraftOfKind(tx, scope.project, slug, kind);
    const { written, problems } = openDraft(keys, row.id, row.draft);
    const started = await startsOf(tx, keys, parts.publicUrl, scope.project, row);
    return { ...showFlow(row), draft: showJson(written), problems: [...problems], ...started, events };
  });
}

async function startsOf(
  tx: Transaction,
  keys: ProjectKeys,
  publicUrl: string,
  project: string,
  { id, version }: FlowDraftRow,
): Promise<Pick<FlowDetail, "webhooks" | "schedules">> {
  if (version === null) return { webhooks: [], schedules: [] };
  const [webhooks, triggers, schedules] = await Promise.all([
    listWebhooks(tx, keys, publicUrl, project, { id, version }),
    listTriggers(tx, project, id),
    listSchedules(tx, project, id),
  ]);
  const times = new Map(schedules.map((row) => [row.trigger, row]));
  const shown = triggers
    .filter((row) => row.kind === "schedule" && row.version === version)
    .map((row) => {
      const { dueAt = null, lastDue = null } = times.get(row.id) ?? {};
      return { trigger: row.name, nextAt: timeOrNull(dueAt), lastDue: timeOrNull(lastDue) };
    });
  return { webhooks, schedules: shown };
}

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : showTime(ms));
