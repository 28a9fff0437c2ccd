/** Why an effect finds no room under a cap, for the run that asked: whose cap it is, what stands on it, and what to do. */
import type { Period } from "@steward/sdk";
import { unreachable } from "../invariant.ts";
import { microText } from "../policy/caps.ts";
import type { StandingCap } from "./find-caps.ts";

type Cap = Pick<StandingCap, "level" | "subject" | "source" | "unit" | "currency" | "period">;

export interface Shortage {
  readonly cap: Cap;
  /** What the effect takes, and what the cap lets be taken in one period. */
  readonly amount: bigint;
  readonly max: bigint;
  /** What stands on its counter; null where nobody could say. */
  readonly counter: { readonly spent: number; readonly reserved: number } | null;
  /** To whom the grant is that it came with, as the policy names it; null of what came with none. */
  readonly to: string | null;
  /** Only what others have reserved stood in the way, and it was not given back in time. */
  readonly waited: boolean;
}

/** @returns one sentence without a full stop */
export function shortageWords({ cap, amount, max, counter, to, waited }: Shortage): string {
  const most = `${amountWords(cap, max)} ${periodWords(cap.period)}`;
  const short = waited ? "has too little left while others hold what they have reserved" : "has too little left";
  const stands = counter === null ? "" : `: ${standsWords(cap, counter)}`;
  const takes =
    cap.unit === "calls" ? "" : `${stands === "" ? ":" : ", and"} this may take ${amountWords(cap, amount)}`;
  return `${capWords(cap, to)} (${most}) ${short}${stands}${takes}; ${wayOn(cap)}`;
}

function standsWords(cap: Cap, { spent, reserved }: NonNullable<Shortage["counter"]>): string {
  const held = reserved === 0 ? "" : ` and ${amountWords(cap, BigInt(reserved))} reserved`;
  return `${amountWords(cap, BigInt(spent))} spent${held}`;
}

function amountWords({ unit, currency }: Cap, amount: bigint): string {
  if (unit === "money") return `${microText(amount)} ${currency ?? ""}`.trim();
  return amount === 1n ? `1 ${unit.slice(0, -1)}` : `${amount} ${unit}`;
}

function periodWords(period: Period): string {
  switch (period) {
    case "run":
      return "in each run";
    case "hour":
      return "an hour";
    case "day":
      return "a day";
    case "month":
      return "a month";
    case "total":
      return "in all";
    default:
      return unreachable(period);
  }
}

function capWords(cap: Cap, to: string | null): string {
  const line = lineOf(cap);
  if (line === null) return `the budget of ${ownerWords(cap)}`;
  const whose = to === null ? "" : ` to ${principalWords(to)}`;
  return `line ${line.number} of the ${line.kind}${whose} (${line.id})`;
}

/** `grant:grt_…:0` */
function lineOf({
  source,
  subject,
}: Cap): { readonly kind: string; readonly id: string; readonly number: number } | null {
  const [kind = "", id = "", line = "0"] = subject.split(":");
  return source === "grant" ? { kind, id, number: Number(line) + 1 } : null;
}

function ownerWords({ level, subject }: Cap): string {
  switch (level) {
    case "organization":
    case "project":
      return `the ${level}`;
    case "run":
      return "each run of the project";
    case "member":
      return `the member ${subject}`;
    case "agent":
    case "flow":
    case "grant":
      return `the ${level} ${subject}`;
    default:
      return unreachable(level);
  }
}

/** `flow:answer-issue`, `project`, `member:acc_…` */
function principalWords(text: string): string {
  const [kind = "", name] = text.split(":");
  return name === undefined ? `the ${kind}` : `the ${kind} ${name}`;
}

function wayOn(cap: Cap): string {
  const line = lineOf(cap);
  const later = cap.period === "total" || cap.period === "run" ? "" : "wait for its next period, or ";
  if (line === null) return `${later}raise it: \`steward budget list\` shows it`;
  return line.kind === "grant" ? `${later}widen that grant` : `${later}ask whoever set the limit`;
}
