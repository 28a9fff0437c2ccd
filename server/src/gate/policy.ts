/** What is in force in a project, compiled once and kept at hand until a word says that something of it has changed. */
import { GrantForm, LimitForm } from "@steward/sdk";
import { arrangeCaps, type StandingCaps } from "../core/budget/find-caps.ts";
import { showId } from "../core/id.ts";
import { inTurns, type Slices } from "../core/in-turns.ts";
import { invariant } from "../core/invariant.ts";
import { type Calendar, calendarOf } from "../core/policy/caps.ts";
import { type CompiledGrant, compileGrant, type CompiledLimit, compileLimit } from "../core/policy/compile-grant.ts";
import { arrangePolicy, type Policy } from "../core/policy/policy.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { PolicyPlace } from "../core/ports/policy-words.ts";
import type { PolicyRows, StandingForm } from "../store/policy.ts";
import type { Scope } from "../store/scope.ts";

export interface ProjectPolicy {
  readonly policy: Policy;
  readonly caps: StandingCaps;
  /** Of the project's zone. */
  readonly calendar: Calendar;
  /** UUID of the connection that a grant (`grt_…`) is for: a slug may be another connection's by the time it is used. */
  readonly connectionOf: ReadonlyMap<string, string>;
  /** Monotonic, from before it was read. */
  readonly readAtMs: number;
  /** False from when a word said that it may have changed. */
  readonly isCurrent: () => boolean;
}

export interface Policies {
  get(scope: Scope): Promise<ProjectPolicy>;
  /** What is at hand of the project, or of all the organization's, is read anew when it is next needed. */
  drop(place: PolicyPlace): void;
  /** The same for all: words may have been missed. */
  dropAll(): void;
}

export interface PolicyParts {
  /** Null when what is in force is still what has that mark. */
  readonly readPolicy: (scope: Scope, known: string | null) => Promise<PolicyRows | null>;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
  /** Held at hand at most, by default 1,000; the one not used for longest goes first. */
  readonly projectsMax?: number;
  /** Between two turns of compiling many grants. */
  readonly turn?: () => Promise<void>;
}

const PROJECTS_MAX = 1000;
/** A word that is never said, for its process died after the commit of a revoke, is made up for within this time. */
const AGE_MS_MAX = 5_000;
/** From this age on it is read anew while what is at hand still serves, so that nobody waits for it. */
const RENEW_MS = 4_000;
/** Forms compiled in one turn of the event loop: about 5 ms. */
const FORMS_PER_TURN = 100;

/** What rows say, compiled: good for as long as they are the same. */
type Content = Pick<ProjectPolicy, "policy" | "caps" | "calendar" | "connectionOf"> & { readonly mark: string | null };

interface Held {
  readonly scope: Scope;
  /** Monotonic, from before it was read. */
  readonly sinceMs: number;
  readonly state: { current: boolean };
  readonly policy: Promise<ProjectPolicy>;
  /** Whether somebody reads it anew, or has tried. */
  renewing: boolean;
}

export function createPolicies(parts: PolicyParts): Policies {
  const { projectsMax = PROJECTS_MAX } = parts;
  const held = new Map<string, Held>();
  /** Kept when a word drops what is held: what it says is asked for anew, and often it is the same. */
  const contents = new Map<string, Content>();

  const read = async (scope: Scope): Promise<Content> => {
    const known = contents.get(scope.project) ?? null;
    const rows = await parts.readPolicy(scope, known?.mark ?? null);
    if (rows === null && known !== null) return known;
    invariant(rows !== null, "what is not known can't be the same");
    const content = await compile(parts, rows);
    remember(contents, scope.project, content, projectsMax);
    return content;
  };

  const load = (scope: Scope): Held => {
    const state = { current: true };
    const sinceMs = parts.clock.monotonicMs();
    const policy = read(scope).then((content) => policyOf(content, sinceMs, state));
    const one = { scope, sinceMs, state, policy, renewing: false };
    // What can't be read is asked for anew by whoever needs it next.
    policy.catch(() => held.get(scope.project) === one && held.delete(scope.project));
    return one;
  };

  /** Who still works with it is told, for no later word reaches it. */
  const forget = (project: string): void => {
    const one = held.get(project);
    if (one !== undefined) one.state.current = false;
    held.delete(project);
  };

  /** Once for each that is held. When it fails, whoever comes when that is too old reads it, and is told why it can't be. */
  const renew = async (old: Held): Promise<void> => {
    old.renewing = true;
    const { scope } = old;
    const sinceMs = parts.clock.monotonicMs();
    const [before, content] = await Promise.all([old.policy, read(scope)]);
    // A word that came meanwhile may be of what this reading has not seen.
    if (!old.state.current || held.get(scope.project) !== old) return;
    const isSame = content.policy === before.policy;
    const state = isSame ? old.state : { current: true };
    const policy = Promise.resolve(policyOf(content, sinceMs, state));
    if (!isSame) old.state.current = false;
    held.set(scope.project, { scope, sinceMs, state, policy, renewing: false });
  };

  return {
    get(scope) {
      const ageMs = parts.clock.monotonicMs() - (held.get(scope.project)?.sinceMs ?? 0);
      if (ageMs > AGE_MS_MAX) forget(scope.project);
      const one = held.get(scope.project) ?? load(scope);
      held.delete(scope.project);
      held.set(scope.project, one);
      if (held.size > projectsMax) forget(held.keys().next().value!);
      if (ageMs > RENEW_MS && ageMs <= AGE_MS_MAX && !one.renewing)
        renew(one).catch((error: unknown) => parts.log("what is in force could not be read anew", error));
      return one.policy;
    },
    drop({ organization, project }) {
      for (const each of project === null ? [...held.keys()] : [project])
        if (held.get(each)?.scope.organization === organization) forget(each);
    },
    dropAll() {
      for (const project of held.keys()) forget(project);
    },
  };
}

function policyOf(content: Content, readAtMs: number, state: Held["state"]): ProjectPolicy {
  const { policy, caps, calendar, connectionOf } = content;
  return { policy, caps, calendar, connectionOf, readAtMs, isCurrent: () => state.current };
}

function remember(contents: Map<string, Content>, project: string, content: Content, max: number): void {
  contents.delete(project);
  contents.set(project, content);
  if (contents.size > max) contents.delete(contents.keys().next().value!);
}

async function compile(parts: PolicyParts, rows: PolicyRows): Promise<Content> {
  const compiled = await inTurns(compileForms(parts, rows.forms), FORMS_PER_TURN, parts.turn ?? nextTurn);
  const connections = rows.forms.flatMap(({ id, connection }): [string, string][] =>
    connection === null ? [] : [[showId("grt", id), connection]],
  );
  return {
    policy: arrangePolicy(compiled.grants, compiled.limits),
    caps: arrangeCaps(rows.caps.map((cap) => ({ ...cap, amount: BigInt(cap.amount) }))),
    calendar: calendarOf(rows.timeZone),
    connectionOf: new Map(connections),
    mark: rows.mark,
  };
}

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

function* compileForms(
  parts: PolicyParts,
  forms: readonly StandingForm[],
): Slices<{ readonly grants: readonly CompiledGrant[]; readonly limits: readonly CompiledLimit[] }> {
  const grants: CompiledGrant[] = [];
  const limits: CompiledLimit[] = [];
  for (const one of forms) {
    if (one.kind === "limit") limits.push(limitOf(parts, one));
    else {
      const grant = grantOf(parts, one);
      if (grant !== null) grants.push(grant);
    }
    yield 1;
  }
  return { grants, limits };
}

/** What another program wrote and this one can't read allows nothing. */
function grantOf({ log }: PolicyParts, { id, form, ...stored }: StandingForm): CompiledGrant | null {
  const parsed = GrantForm.safeParse(form);
  if (!parsed.success) log(`the grant ${id} can't be read, and allows nothing`, parsed.error);
  return parsed.success ? compileGrant({ ...facts(stored), id: showId("grt", id), form: parsed.data }) : null;
}

const NOTHING: LimitForm = LimitForm.parse({ lines: [{ actions: ["*"] }], deny: true });

/** What another program wrote and this one can't read forbids everything. */
function limitOf({ log }: PolicyParts, { id, form, level, ...stored }: StandingForm): CompiledLimit {
  const parsed = LimitForm.safeParse(form);
  if (!parsed.success) log(`the limit ${id} can't be read: nothing is done in its ${level}`, parsed.error);
  return compileLimit({ ...facts(stored), level, id: showId("lim", id), form: parsed.data ?? NOTHING });
}

function facts({ version, createdAt, givenBy, by }: Pick<StandingForm, "version" | "createdAt" | "givenBy" | "by">) {
  const account = givenBy === null ? by : showId("acc", givenBy);
  return { version, createdMs: createdAt, granter: account?.startsWith("acc_") ? `member:${account}` : null };
}
