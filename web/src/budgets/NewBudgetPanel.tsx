import { RawBody } from "@steward/sdk";
import type { ChangeEvent } from "react";
import { useClient } from "../api/client.ts";
import { grantKeys } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { problemsOf } from "../grants/form-problems.ts";
import { CURRENCY, numberOf } from "../grants/grant-draft.ts";
import { usePrincipals } from "../grants/use-choices.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";

const { budgets: words } = say;
const START = {
  level: "project",
  subject: "",
  unit: "money",
  currency: CURRENCY,
  period: "month",
  amount: "",
  softPercent: "80",
};
type Typed = typeof START;
type Level = "project" | "organization";

const LEVELS = ["project", "flow", "member", "agent", "run"] as const;
const PERIODS = ["hour", "day", "month", "total"] as const;
const UNITS = ["money", "tokens", "calls"] as const;

const named = ({ level }: Typed): boolean => level === "flow" || level === "member" || level === "agent";

/** As it is sent; what is no number is sent as nothing, so that the server names its field. */
function bodyOf(typed: Typed, of: Level) {
  const { level, subject, unit, currency, period, amount, softPercent } = typed;
  return {
    ...(of === "organization" ? {} : { level, ...(named(typed) ? { subject: subject.trim() } : {}) }),
    unit,
    ...(unit === "money" ? { currency: currency.trim() } : {}),
    period: of === "project" && level === "run" ? "run" : period,
    amount: numberOf(amount),
    softPercent: numberOf(softPercent),
  };
}

/** Setting a budget, of the project or of its organization. */
export function NewBudgetPanel({ level: of, close }: { level: Level; close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const title = of === "project" ? words.new : words.newOrganization;
  const save = useAct({
    act: (typed: Typed) => {
      const body = new RawBody(JSON.stringify(bodyOf(typed, of)), "application/json");
      return of === "project"
        ? client.setBudget({ body })
        : client.setOrganizationBudget({ organization: here.organization.id, body });
    },
    changes: [grantKeys.budgets(here.project.id)],
    said: () => words.wasSet,
    quiet: true,
    after: close,
  });
  const form = useForm<Typed>(
    START,
    (typed) => wrongs({ amount: needed(typed.amount), subject: named(typed) ? needed(typed.subject) : undefined }),
    async (typed) => void (await save.mutateAsync(typed)),
  );
  const problems = problemsOf(form.error);
  const error = (field: keyof Typed) => form.errors[field] ?? problems.find((one) => one.field === field)?.message;
  const given = { values: form.values, type: form.type, error };
  const { level, unit } = form.values;
  return (
    <Panel title={title} label={title} close={close}>
      <form className="space-y-4 p-4" onSubmit={form.submit} noValidate>
        {of === "project" && <Choice {...given} field="level" label={words.level} of={LEVELS} says={words.levels} />}
        {of === "project" && named(form.values) && (
          <Subject
            level={level}
            value={form.values.subject}
            set={(text) => form.set("subject", text)}
            error={error("subject")}
          />
        )}
        <Choice {...given} field="unit" label={words.unit} of={UNITS} says={words.units} />
        <Line {...given} field="amount" label={words.amount} />
        {unit === "money" && <Line {...given} field="currency" label={words.currency} />}
        {(of === "organization" || level !== "run") && (
          <Choice {...given} field="period" label={words.period} of={PERIODS} says={words.periods} />
        )}
        <Line {...given} field="softPercent" label={words.soft} help={words.softHelp} />
        {form.error !== null && !problems.some(({ field }) => Object.hasOwn(START, field)) && (
          <ErrorNote error={form.error} />
        )}
        <Button type="submit" look="primary" disabled={form.busy}>
          {words.set}
        </Button>
      </form>
    </Panel>
  );
}

interface Given {
  readonly values: Typed;
  readonly type: (field: keyof Typed) => (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => void;
  readonly error: (field: keyof Typed) => string | undefined;
  readonly field: keyof Typed;
  readonly label: string;
}

function Choice<Value extends string>({
  values,
  type,
  error,
  field,
  label,
  of,
  says,
}: Given & { of: readonly Value[]; says: Readonly<Record<Value, string>> }) {
  return (
    <Field label={label} error={error(field)}>
      {(control) => (
        <select {...control} value={values[field]} onChange={type(field)} className="field">
          {of.map((value) => (
            <option key={value} value={value}>
              {says[value]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Line({ values, type, error, field, label, help }: Given & { help?: string }) {
  return (
    <Field label={label} help={help} error={error(field)}>
      {(control) => (
        <input
          {...control}
          autoComplete="off"
          maxLength={64}
          value={values[field]}
          onChange={type(field)}
          className="field"
        />
      )}
    </Field>
  );
}

/** Which flow, member or agent; the flows and members that the person may see are offered. */
function Subject({
  level,
  value,
  set,
  error,
}: {
  level: string;
  value: string;
  set: (text: string) => void;
  error: string | undefined;
}) {
  const principals = usePrincipals().filter((one) => one.value.startsWith(`${level}:`));
  return (
    <Field label={words.who} help={level === "agent" ? words.agentHelp : undefined} error={error}>
      {(control) =>
        level === "agent" ? (
          <input
            {...control}
            autoComplete="off"
            maxLength={64}
            value={value}
            onChange={({ target }) => set(target.value)}
            className="field font-mono text-13"
          />
        ) : (
          <select {...control} value={value} onChange={({ target }) => set(target.value)} className="field">
            <option value="">{words.choose}</option>
            {principals.map((one) => (
              <option key={one.value} value={one.value.slice(level.length + 1)}>
                {one.label}
              </option>
            ))}
          </select>
        )
      }
    </Field>
  );
}
