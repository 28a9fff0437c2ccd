/** Why an effect is refused, for people: the limit, or the grant's line that came nearest and what was in its way. */
import type { ArgumentValues } from "./argument-values.ts";
import type { CompiledGrant, CompiledLine } from "./compile-grant.ts";
import { conditionWords, listWords, misfitWords } from "./condition-words.ts";
import type { ConnectionRef, Decision, Obstacle, PolicyRequest, RefusalCode } from "./decision.ts";
import type { LimitEntry, Policy } from "./policy.ts";
import { priceFits } from "./price.ts";

/** Lines whose conditions are looked at for the nearest; the search among them is for people, not for the decision. */
const LINES_MAX = 200;

export function explainLimit(
  code: RefusalCode,
  { limit, line }: LimitEntry,
  request: PolicyRequest,
  values: ArgumentValues,
): Decision {
  const obstacles = limit.deny ? namedBy(line, request) : shortcomings(line, request, values);
  const place = limit.level === "organization" ? "the organization" : "the project";
  const message = `A limit of ${place} refuses ${request.action}: ${listWords(wordsOf(obstacles), "and")}.`;
  return { kind: "refused", code, line: line.ref, obstacles, message };
}

function namedBy(line: CompiledLine, { action }: PolicyRequest): readonly Obstacle[] {
  if (line.conditions.length === 0) {
    return [{ kind: "action", condition: null, field: null, message: `${action} is not allowed to anyone it binds` }];
  }
  return line.conditions.map(({ form }, at) => ({
    kind: "condition",
    condition: at,
    field: form.field,
    message: `it refuses what has a ${form.field} that ${conditionWords(form)}`,
  }));
}

export function explainNoGrant(
  request: PolicyRequest,
  policy: Policy,
  values: ArgumentValues,
  nowMs: number,
): Decision {
  const what = `${request.action} with ${connectionText(request.connection)}`;
  const nearest = findNearest(request, policy, values, nowMs);
  if (nearest === null) {
    const message = `No grant lets ${listWords(request.principals.map(principalText), "or")} do ${what}: give one under Grants, or with \`steward grant give\`.`;
    return { kind: "refused", code: "not_granted", line: null, obstacles: [], message };
  }
  const { grant, line } = nearest;
  const obstacles = [
    ...validityObstacles(grant, nowMs),
    ...(line.covers(request.action, request.class) ? [] : [actionObstacle(line, request.action)]),
    ...shortcomings(line, request, values),
  ];
  const code = obstacles.every(({ kind }) => kind === "price") ? "price_unknown" : "not_granted";
  const near = `the nearest is line ${line.ref.line + 1} of grant ${line.ref.id}`;
  const message = `No grant covers ${what}; ${near}: ${listWords(wordsOf(obstacles), "and")}.`;
  return { kind: "refused", code, line: line.ref, obstacles, message };
}

function wordsOf(obstacles: readonly Obstacle[]): readonly string[] {
  return obstacles.map(({ message }) => message);
}

interface Near {
  readonly grant: CompiledGrant;
  readonly line: CompiledLine;
}

/** How far each obstacle is from being none: another action further than a condition. */
const FAR = { action: 10_000, validity: 100, condition: 1, price: 0.5 } as const;

/** The line with the least in its way, the oldest of several. A grant to others, or over something else, is no help. */
function findNearest(request: PolicyRequest, policy: Policy, values: ArgumentValues, nowMs: number): Near | null {
  let nearest: Near | null = null;
  let least = Number.POSITIVE_INFINITY;
  let left = LINES_MAX;
  for (const grant of policy.allGrants) {
    if (!request.principals.includes(grant.to) || !isSame(grant.connection, request.connection)) continue;
    const outer = isValid(grant, nowMs) ? 0 : FAR.validity;
    if (outer >= least) continue;
    for (const line of grant.lines) {
      const reached = outer + (line.covers(request.action, request.class) ? 0 : FAR.action);
      if (reached >= least) continue;
      if (left-- <= 0) return nearest;
      const distance = reached + innerDistance(line, request, values);
      if (distance >= least) continue;
      least = distance;
      nearest = { grant, line };
    }
  }
  return nearest;
}

function isValid({ fromMs, untilMs }: CompiledGrant, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < untilMs;
}

function innerDistance(line: CompiledLine, request: PolicyRequest, values: ArgumentValues): number {
  let distance = priceFits(line, request) ? 0 : FAR.price;
  for (const condition of line.conditions) if (!condition.holds(values)) distance += FAR.condition;
  return distance;
}

function isSame(one: ConnectionRef | null, other: ConnectionRef | null): boolean {
  return one?.kind === other?.kind && one?.slug === other?.slug;
}

function validityObstacles({ fromMs, untilMs }: CompiledGrant, nowMs: number): readonly Obstacle[] {
  const found: Obstacle[] = [];
  const add = (kind: Obstacle["kind"], message: string): void => {
    found.push({ kind, condition: null, field: null, message });
  };
  if (nowMs < fromMs) add("not_yet", `it begins on ${new Date(fromMs).toISOString()}`);
  if (nowMs >= untilMs) add("ended", `it ended on ${new Date(untilMs).toISOString()}`);
  return found;
}

function actionObstacle(line: CompiledLine, action: string): Obstacle {
  const message = `it allows ${listWords(line.actions, "and")}, not ${action}`;
  return { kind: "action", condition: null, field: null, message };
}

/** Conditions that don't hold, and a price that can't be counted. */
function shortcomings(line: CompiledLine, request: PolicyRequest, values: ArgumentValues): readonly Obstacle[] {
  const found: Obstacle[] = [];
  for (const [at, condition] of line.conditions.entries()) {
    const misfit = condition.misfit(values);
    if (misfit === null) continue;
    const { form } = condition;
    found.push({ kind: "condition", condition: at, field: form.field, message: misfitWords(form, misfit) });
  }
  if (!priceFits(line, request))
    found.push({ kind: "price", condition: null, field: null, message: priceWords(request) });
  return found;
}

function priceWords({ estimate }: PolicyRequest): string {
  if (estimate === null || estimate.micro === null) return "it caps money, and what this costs is not known";
  return `it caps money, and none of its caps is in ${estimate.currency}`;
}

function connectionText(connection: ConnectionRef | null): string {
  return connection === null ? "no connection" : `the ${connection.kind} ${connection.slug}`;
}

/** `flow:refund-mail`, `project` */
function principalText(principal: string): string {
  const [kind, name] = principal.split(":");
  return name === undefined ? `the ${kind}` : `the ${kind} ${name}`;
}
