/** Tells people once in each period that a budget has passed its soft mark. Any number of processes may look at once. */
import { showId } from "../core/id.ts";
import type { Mail } from "../core/mail-message.ts";
import { microText } from "../core/policy/caps.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import { permissionsOf } from "../people/permissions-of.ts";
import { appendActs } from "../store/append-acts.ts";
import { type CapRow, type CounterRow, type DueWarning, listDueWarnings, markWarned } from "../store/caps.ts";
import { findOrganizationStatement } from "../store/organizations.ts";
import { readNames } from "../store/names.ts";
import { listProjectPeople } from "../store/project-people.ts";
import { inScope } from "../store/scope.ts";

export interface WarnParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly mail: Pick<Mail, "send">;
  readonly publicUrl: () => string;
  readonly log: (message: string, error?: unknown) => void;
}

const BATCH = 50;
/** A mark that was passed longer ago is of a period that nobody can do anything about. */
const SINCE_MS = 86_400_000;
const PEOPLE_MAX = 50;
const PEOPLE_LOOKED_AT = 5000;

/** One turn; gives how many budgets were told of. What fails is logged and due again. */
export async function warnBudgets(parts: WarnParts): Promise<number> {
  const due = await listDueWarnings(parts.dispatch, parts.clock.nowMs() - SINCE_MS, BATCH);
  let told = 0;
  for (const one of due) {
    try {
      told += (await warn(parts, one)) ? 1 : 0;
    } catch (error) {
      parts.log(`the budget ${showId("cap", one.cap)} could not be told of`, error);
    }
  }
  return told;
}

type Passed = CapRow & Pick<CounterRow, "spent" | "reserved">;

async function warn(parts: WarnParts, due: DueWarning): Promise<boolean> {
  const { organization } = due;
  return await inScope(parts.database, { organization, project: "" }, async (tx) => {
    const nowMs = parts.clock.nowMs();
    const cap = await markWarned(tx, due, nowMs);
    if (cap === null) return false;
    const place = await placeName(tx, organization, cap.project);
    for (const { name, email } of await peopleOf(tx, organization, cap)) {
      const values = { name, place, ...wordsOf(cap), link: `${parts.publicUrl()}/budgets` };
      await parts.mail.send(tx, { to: email, template: "budget_passed", values });
    }
    const facts = { period: due.periodKey, percent: cap.softPercent, spent: cap.spent, reserved: cap.reserved };
    const target = showId("cap", cap.id);
    const act = { atMs: nowMs, project: cap.project, actor: "system", action: "budget.passed", target, facts };
    await appendActs(tx, organization, [act], nowMs);
    return true;
  });
}

function wordsOf({ level, subject, unit, currency, period, amount, softPercent, spent, reserved }: Passed) {
  const text = (value: number): string => (unit === "money" ? microText(BigInt(value)) : String(value));
  return {
    subject: subject === "" ? "" : level === "member" ? "a member" : `the ${level} ${subject}`,
    amount: `${text(spent + reserved)} of ${text(amount)} ${currency ?? unit}`,
    period,
    percent: softPercent,
  };
}

async function placeName(tx: Transaction, organization: string, project: string | null): Promise<string> {
  if (project === null) return (await tx.query(findOrganizationStatement(organization))).rows[0]?.name ?? "";
  const [named] = await readNames(tx, organization, { mem: [], acc: [], prj: [project], rol: [] });
  return named?.name ?? "";
}

/** Those who may set it, and the member whose it is. */
async function peopleOf(
  tx: Transaction,
  organization: string,
  { project, level, subject }: CapRow,
): Promise<readonly { readonly name: string; readonly email: string }[]> {
  const needs = project === null ? "organization_limit.write" : "budget.write";
  const people = await listProjectPeople(tx, { organization, project: project ?? organization }, PEOPLE_LOOKED_AT);
  return people
    .filter((row) => permissionsOf(row).has(needs) || (level === "member" && showId("acc", row.account) === subject))
    .flatMap(({ name, email }) => (email === null ? [] : [{ name, email }]))
    .slice(0, PEOPLE_MAX);
}
