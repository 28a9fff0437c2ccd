/**
 * The end of a responsibility, in the transaction that ends it: which flows rest on what is over, and which runs.
 * L1 A flow is a dependent by its published version; by a name that only the run can tell where a grant that ended with it
 *    covered the flow. Nothing else is touched.
 * L2 Of a grant, those are dependents that act by what it covered and no other grant covers.
 * L3 What is left to do after the commit is written in it, so that no crash loses it.
 */
import { GrantForm } from "@steward/sdk";
import { actOn, type AuditEntry } from "../core/audit-entry.ts";
import { ANY_NAME, type FlowUse, SIGNED_BY } from "../core/flow/uses-of.ts";
import { showId } from "../core/id.ts";
import { type ClassesOf, type CoveringGrant, isFor, leftUncovered, mayCover } from "../core/policy/left-uncovered.ts";
import { principalOf } from "../core/policy/principal-of.ts";
import type { EndedConnection, EndedGrant, EndedThing, Ending } from "../core/ports/endings.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { insertEnding, type PausedFlow, type RestingRuns } from "../store/endings.ts";
import { listUsesOf, lockUsingFlows, type NamedUse, type UseOfFlow, type UsingFlow } from "../store/flow-uses.ts";
import { type PausedBecause, setPausedBecause } from "../store/flows.ts";
import { listStandingOn } from "../store/grants.ts";
import type { Scope } from "../store/scope.ts";
import { listActive } from "../store/triggers.ts";
import { stopTriggers } from "./align-triggers.ts";
import { learnRest } from "./note-uses.ts";

export interface EndingParts {
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  /** What an action can be; of one that is not known, everything. */
  readonly classesOf: ClassesOf;
}

/** Which flows rest on it, and which runs. */
interface Resting {
  readonly flows: readonly UsingFlow[];
  readonly runs: readonly RestingRuns[];
}

/** Gives what is to be audited with it. */
export async function beginEnding(
  parts: EndingParts,
  tx: Transaction,
  scope: Scope,
  ending: Ending,
): Promise<readonly AuditEntry[]> {
  const { id, of, by, atMs, cancels = true } = ending;
  const keys = await parts.keysOf(scope);
  await learnRest(tx, scope.project, keys);
  const { flows, runs } = await restingOn(parts, tx, scope.project, of, atMs);
  const because = of.kind === "flow" ? null : { ended: of.kind, name: nameOf(of), atMs };
  const paused = because === null ? [] : await pauseFlows(tx, scope.project, flows, because);
  const row = { id, kind: of.kind, thing: thingOf(of), name: nameOf(of), by, at: atMs };
  await tx.query(
    insertEnding(scope, { ...row, uses: cancels ? runs : [], flows: flows.map((flow) => flow.id), paused }),
  );
  return because === null ? [] : pausedActs(scope.project, paused, because, by);
}

/** Pauses those that are not, and gives them with the triggers that had been active. */
export async function pauseFlows(
  tx: Transaction,
  project: string,
  flows: readonly UsingFlow[],
  because: PausedBecause,
): Promise<readonly PausedFlow[]> {
  const running = flows.filter(({ paused }) => !paused);
  if (running.length === 0) return [];
  const ids = running.map(({ id }) => id);
  const active = await listActive(tx, project, ids);
  await tx.query(setPausedBecause(project, ids, because));
  for (const flow of ids) await stopTriggers(tx, project, flow, because.atMs);
  return running.map(({ id, slug, kind }) => ({
    flow: id,
    slug,
    kind,
    triggers: active.filter(({ flow }) => flow === id).map(({ name }) => name),
  }));
}

export function pausedActs(
  project: string,
  paused: readonly PausedFlow[],
  { ended, name, atMs }: PausedBecause,
  by: string,
): readonly AuditEntry[] {
  return paused.map(({ flow, slug, kind = "flow" }) =>
    actOn(
      project,
      by,
      `${kind}.paused`,
      `${kind}:${slug}`,
      { id: showId("flw", flow), because: `${ended}:${name}` },
      atMs,
    ),
  );
}

async function restingOn(
  parts: EndingParts,
  tx: Transaction,
  project: string,
  of: EndedThing,
  nowMs: number,
): Promise<Resting> {
  if (of.kind === "flow")
    return { flows: [], runs: [{ kind: "flow", name: null, actions: null, flows: [of.id], starter: null }] };
  const on = aboutOf(of);
  const named = namesOf(on);
  const flows = await lockUsingFlows(tx, project, named);
  const uses = await listUsesOf(
    tx,
    project,
    flows.map(({ id }) => id),
    named,
  );
  if (of.kind === "grant") {
    const grant = coveringOf(of.grant);
    if (grant === null) return { flows: [], runs: [] };
    const others = await othersOn(tx, project, of.grant, on);
    return ofGrant(parts, { grant, others, on, flows, uses, nowMs });
  }
  return ofWhole(parts, { on, grants: of.grants, flows, uses });
}

/** What a connection or credential is known by. */
type About = { readonly connection: EndedConnection } | { readonly credential: string };

function aboutOf(of: Exclude<EndedThing, { readonly kind: "flow" }>): About {
  if (of.kind === "connection") return { connection: of.connection };
  if (of.kind === "credential") return { credential: of.slug };
  return typeof of.on === "string" ? { credential: of.on } : { connection: of.on };
}

function namesOf(on: About): readonly NamedUse[] {
  if ("credential" in on) return [on.credential, ANY_NAME].map((name) => ({ kind: "credential", name }));
  const { slug, connector, isOwn } = on.connection;
  const named = [slug, ANY_NAME].map((name) => ({ kind: "connection", name }) as const);
  return isOwn ? [...named, { kind: "own", name: connector }] : named;
}

/** L1. */
function ofWhole(
  { classesOf }: EndingParts,
  it: {
    readonly on: About;
    readonly grants: readonly EndedGrant[];
    readonly flows: readonly UsingFlow[];
    readonly uses: readonly UseOfFlow[];
  },
): Resting {
  const owner = ownerOf(it.on);
  const grants = it.grants.flatMap((grant) => coveringOf(grant) ?? []);
  const found = it.flows.map((flow) => {
    const who = { principal: principalOf({ flow: flow.slug, isAgent: flow.kind === "agent" }), owner };
    const may = (action: string): boolean =>
      grants.some((grant) => isFor(grant.to, who) && mayCover(grant, action, classesOf));
    const mine = it.uses.filter((use) => use.flow === flow.id && isMeant(use, it.on, flow.slug));
    return { flow, uses: mine.filter(({ name, action }) => name !== ANY_NAME || may(action)) };
  });
  const runs = found.flatMap(({ flow, uses }) => runsOf(flow, uses, it.on));
  // What is named is so in every flow, also in one that is being published now.
  const isEverywhere = !("connection" in it.on) || it.on.connection.flow === null;
  const [name] = namesOf(it.on);
  const every = { ...name!, actions: null, flows: null, starter: null };
  return {
    flows: found.flatMap(({ flow, uses }) => (uses.some(pauses) ? [flow] : [])),
    runs: isEverywhere ? [every, ...runs.filter((one) => one.name !== name!.name || one.kind === "own")] : runs,
  };
}

/** L2. */
function ofGrant(
  { classesOf }: EndingParts,
  it: {
    readonly grant: CoveringGrant;
    readonly others: readonly CoveringGrant[];
    readonly on: About;
    readonly flows: readonly UsingFlow[];
    readonly uses: readonly UseOfFlow[];
    readonly nowMs: number;
  },
): Resting {
  const { grant, others, on, nowMs } = it;
  const ofMember = grant.to.startsWith("member:");
  const found = it.flows.map((flow) => {
    const mine = it.uses.filter(
      (use) => use.flow === flow.id && use.action !== SIGNED_BY && isMeant(use, on, flow.slug),
    );
    const who = { principal: principalOf({ flow: flow.slug, isAgent: flow.kind === "agent" }), owner: ownerOf(on) };
    const actions = mine.map(({ action }) => action);
    const left = new Set(leftUncovered(grant, others, { who, actions, classesOf, nowMs }));
    return { flow, uses: mine.filter(({ action }) => left.has(action)) };
  });
  const runs = found.flatMap(({ flow, uses }) => runsOf(flow, uses, on));
  return {
    // What a member was granted covers their runs, and no flow as such.
    flows: ofMember ? [] : found.flatMap(({ flow, uses }) => (uses.some(pauses) ? [flow] : [])),
    runs: ofMember && "connection" in on ? runs.map((one) => ({ ...one, starter: on.connection.owner })) : runs,
  };
}

/** Another flow's connection is none of this one's. */
function isMeant({ kind }: FlowUse, on: About, flow: string): boolean {
  if ("credential" in on) return kind === "credential";
  return on.connection.flow === null || on.connection.flow === flow;
}

/** `me` is somebody else's connection in the next run. */
const pauses = ({ kind, published }: UseOfFlow): boolean => published && kind !== "own";

/** One for each kind and name, with all that is done by it. */
function runsOf({ id }: UsingFlow, uses: readonly UseOfFlow[], on: About): readonly RestingRuns[] {
  const byName = Map.groupBy(uses, ({ kind, name }) => `${kind} ${name}`);
  return [...byName.values()].map((some) => ({
    kind: some[0]!.kind,
    name: some[0]!.name,
    actions: some.map(({ action }) => action),
    flows: [id],
    starter: some[0]!.kind === "own" && "connection" in on ? on.connection.owner : null,
  }));
}

/** As grants name a member. */
function ownerOf(on: About): string | null {
  const owner = "connection" in on ? on.connection.owner : null;
  return owner === null ? null : showId("acc", owner);
}

async function othersOn(
  tx: Transaction,
  project: string,
  { id }: EndedGrant,
  on: About,
): Promise<readonly CoveringGrant[]> {
  const about = "connection" in on ? { connection: on.connection.id } : on;
  const standing = await listStandingOn(tx, project, about);
  return standing.filter((other) => other.id !== id).flatMap((other) => coveringOf(other) ?? []);
}

/** What this program can't read covers nothing (`readPolicy`). */
function coveringOf({ form }: { readonly form: unknown }): CoveringGrant | null {
  return GrantForm.safeParse(form).data ?? null;
}

function thingOf(of: EndedThing): string {
  if (of.kind === "connection") return of.connection.id;
  return of.kind === "grant" ? of.grant.id : of.id;
}

export function nameOf(of: EndedThing): string {
  if (of.kind === "connection") return of.connection.slug;
  return of.kind === "grant" ? showId("grt", of.grant.id) : of.slug;
}
