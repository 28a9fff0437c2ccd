import { isTerminal, type Run } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Starter } from "../engine/engine.ts";
import { startFlow } from "../flows/start-flow.ts";
import { findFlowSlugs } from "../store/flow-slugs.ts";
import { findFlow, type FlowKind } from "../store/flows.ts";
import { sumOtherCosts } from "../store/outbound-effects.ts";
import { listRuns, type RunRow } from "../store/runs.ts";
import type { Scope } from "../store/scope.ts";
import type { HttpParts } from "./http-parts.ts";
import { presentRun, presentRunSummary, presentStep } from "./present-run.ts";
import type { Principal } from "./principal.ts";
import type { Call, Handlers, Reply } from "./route-call.ts";

type RunRoutes =
  | "startRun"
  | "startTurn"
  | "listRuns"
  | "getRun"
  | "listSteps"
  | "sendEvent"
  | "cancelRun"
  | "retryRun"
  | "resolveEffect";

/** Starting, reading and steering runs. */
export function runHandlers(parts: HttpParts): Pick<Handlers, RunRoutes> {
  const { engine } = parts;
  return {
    startRun: ({ params, body, ...call }) =>
      start(parts, call, { kind: "flow", slug: params.slug, ...body, input: body.input ?? null }),
    startTurn: ({ params, body, ...call }) => {
      const input = body.message === undefined ? (body.input ?? null) : { message: body.message };
      return start(parts, call, { kind: "agent", slug: params.slug, input, wait: body.wait });
    },
    listRuns: (call) => list(parts, call),
    getRun: async ({ principal, params }) => ({
      status: 200,
      body: await read(parts, principal.scope, runIdOf(params.id)),
    }),
    listSteps: (call) => listSteps(parts, call),
    sendEvent: async ({ principal: { scope, shownId }, params, body }) => {
      const run = runIdOf(params.id);
      await engine.sendEvent(scope, run, body.name, body.data, shownId);
      return { status: 202, body: await read(parts, scope, run) };
    },
    cancelRun: async ({ principal, params }) => {
      const run = runIdOf(params.id);
      await engine.cancelRun(principal.scope, run, principal.shownId);
      const body = await read(parts, principal.scope, run);
      return { status: isTerminal(body.status) ? 200 : 202, body };
    },
    retryRun: async ({ principal, params, body }) => {
      const { scope, shownId } = principal;
      const run = await engine.retryRun(scope, runIdOf(params.id), body.from ?? null, shownId, starterOf(principal));
      return accepted(await read(parts, scope, run));
    },
    resolveEffect: async ({ principal, params, body }) => {
      const run = runIdOf(params.id);
      const resolution = { step: body.step ?? null, path: body.path ?? null, how: body.how, result: body.result };
      await engine.resolveEffect(principal.scope, run, resolution, principal.shownId);
      return { status: 202, body: await read(parts, principal.scope, run) };
    },
  };
}

/** The run's UUID; a text that is no run's id names no run. */
function runIdOf(shown: string): string {
  const run = parseId("run", shown);
  if (run === null) throw new AppError("not_found", `there is no run ${shown}.`);
  return run;
}

async function read(parts: HttpParts, scope: Scope, run: string): Promise<Run> {
  const view = await parts.engine.readRun(scope, run);
  if (!view) throw new AppError("not_found", `there is no run ${showId("run", run)}.`);
  const shown = presentRun(view);
  const { cost } = shown.usage;
  if (cost === null) return shown;
  const others = await sumOtherCosts(parts.database, scope, shown.id, cost.currency);
  if (others.length === 0) return shown;
  const otherCosts = others.map(({ micro, currency }) => ({ amount: Number(micro) / 1_000_000, currency }));
  return { ...shown, usage: { ...shown.usage, otherCosts } };
}

function accepted(run: Run): {
  readonly status: 202;
  readonly body: Run;
  readonly headers: Readonly<Record<string, string>>;
} {
  return { status: 202, body: run, headers: { location: `/v1/runs/${run.id}` } };
}

/** An operator who looks inside acts for nobody. */
function starterOf({ kind, account, session }: Principal): Starter | null {
  return account === null || kind === "support" ? null : { account, inPerson: session !== null };
}

interface Asked {
  readonly kind: FlowKind;
  readonly slug: string;
  readonly input: Json;
  readonly wait?: number | undefined;
  readonly pinned?: boolean | undefined;
}

async function start(
  parts: HttpParts,
  { principal, repeatKey }: Pick<Call<"startRun">, "principal" | "repeatKey">,
  asked: Asked,
): Promise<Reply<"startRun">> {
  const { scope } = principal;
  const { kind, slug, input, wait, pinned = false } = asked;
  const waitMs = wait === undefined ? null : wait * 1000;
  const how = { input, waitMs, repeatKey, pinned, starter: starterOf(principal) };
  const started = await startFlow(parts, scope, slug, how, kind);
  const run = await read(parts, scope, started.run);
  return waitMs !== null && isTerminal(run.status) ? { status: 200, body: run } : accepted(run);
}

async function list(parts: HttpParts, { principal: { scope }, query }: Call<"listRuns">): Promise<Reply<"listRuns">> {
  const before = query.cursor === undefined ? null : parseId("run", query.cursor);
  if (before === null && query.cursor !== undefined) throw cursorRefused();
  const flow = query.flow === undefined ? null : await findFlow(parts.database, scope, query.flow);
  if (flow === null && query.flow !== undefined) return { status: 200, body: { items: [], next: null } };
  const filter = { flow: flow?.id ?? null, status: query.status ?? null, before, limit: query.limit + 1 };
  const rows = await listRuns(parts.database, scope, filter);
  const shown = rows.slice(0, query.limit);
  const slugs = await slugsOf(parts, scope, shown);
  const items = shown.map((row) => presentRunSummary(row, slugs.get(row.flow) ?? ""));
  return { status: 200, body: { items, next: rows.length > query.limit ? items.at(-1)!.id : null } };
}

async function slugsOf(parts: HttpParts, scope: Scope, rows: readonly RunRow[]): Promise<ReadonlyMap<string, string>> {
  const flows = [...new Set(rows.map((row) => row.flow))];
  return flows.length === 0 ? new Map() : await findFlowSlugs(parts.database, scope, flows);
}

async function listSteps(
  parts: HttpParts,
  { principal, params, query }: Call<"listSteps">,
): Promise<Reply<"listSteps">> {
  const { cursor = "0", limit, step = null } = query;
  if (!/^\d{1,9}$/.test(cursor)) throw cursorRefused();
  const page = await parts.engine.listSteps(principal.scope, runIdOf(params.id), Number(cursor), limit, step);
  if (!page) throw new AppError("not_found", `there is no run ${params.id}.`);
  return {
    status: 200,
    body: { items: page.items.map(presentStep), next: page.next === null ? null : String(page.next) },
  };
}

function cursorRefused(): AppError {
  return new AppError("value_invalid", "This cursor is not one of this list.", { field: "cursor" });
}
