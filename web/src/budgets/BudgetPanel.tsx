import type { Budget } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { grantKeys } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { amountWords } from "../grants/amount-words.ts";
import { numberOf } from "../grants/grant-draft.ts";
import { useAccountNames } from "../grants/use-choices.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { CopyId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { BudgetBar } from "./BudgetBar.tsx";
import { shareOf } from "./budget-share.ts";
import { useBudgetName } from "./use-budget-name.ts";

const { budgets: words } = say;

/** One budget: what of it is spent, reserved and left; to change and to end. */
export function BudgetPanel({ budget, close }: { budget: Budget; close: () => void }) {
  const { may } = useSession();
  const title = words.panel(useBudgetName()(budget));
  const own = budget.source === "budget";
  const able = own && may(budget.project === null ? "organization_limit.write" : "budget.write");
  return (
    <Panel title={title} label={title} close={close}>
      <div className="space-y-6 p-4">
        <BudgetBar budget={budget} tall />
        <Facts budget={budget} />
        {!own && <FromGrant subject={budget.subject} />}
        {able && <ChangeBudget key={budget.updatedAt} budget={budget} />}
        {able && <EndBudget budget={budget} done={close} />}
      </div>
    </Panel>
  );
}

const STATE = { calm: null, soft: words.crossed, full: words.full } as const;

function Facts({ budget }: { budget: Budget }) {
  const { now, unit, currency, amount, period, softPercent, updatedAt, updatedBy, id } = budget;
  const nameOf = useAccountNames();
  const share = shareOf(budget);
  const said = share === null ? null : STATE[share.state];
  const shown = (one: number) => amountWords(one, unit, currency);
  return (
    <>
      {said !== null && (
        <p className={share?.state === "full" ? "text-13 text-failed" : "text-13 text-waiting"}>{said}</p>
      )}
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
        <dt className="text-text-2">{words.cap}</dt>
        <dd>
          {shown(amount)} {words.periods[period]}
        </dd>
        {now && (
          <>
            <dt className="text-text-2">{words.spent}</dt>
            <dd>{shown(now.spent)}</dd>
            <dt className="text-text-2">{words.reserved}</dt>
            <dd>{shown(now.reserved)}</dd>
            <dt className="text-text-2">{words.leftLabel}</dt>
            <dd>{shown(now.left)}</dd>
            <dt className="text-text-2">{words.ends}</dt>
            <dd>{now.endsAt === null ? words.never : <Time at={now.endsAt} />}</dd>
          </>
        )}
        <dt className="text-text-2">{words.soft}</dt>
        <dd>{softPercent} %</dd>
        <dt className="text-text-2">{words.setBy}</dt>
        <dd>
          {nameOf(updatedBy)}, <Time at={updatedAt} />
        </dd>
        <dt className="text-text-2">{words.id}</dt>
        <dd>
          <CopyId id={id} />
        </dd>
      </dl>
    </>
  );
}

/** `grant:grt_…:0` leads to that grant, `…lim_…` to that limit. */
function FromGrant({ subject }: { subject: string }) {
  const of = /\b(?:grt|lim)_[0-9a-z]{26}\b/.exec(subject)?.[0];
  return (
    <p className="text-13 text-text-2">
      {words.fromGrant}{" "}
      {of !== undefined && (
        <Link
          {...(of.startsWith("lim_") ? paths.limits({ limit: of }) : paths.grants({ grant: of }))}
          className="text-accent hover:underline"
        >
          {words.openGrant}
        </Link>
      )}
    </p>
  );
}

function ChangeBudget({ budget }: { budget: Budget }) {
  const client = useClient();
  const { here } = useSession();
  const save = useAct({
    act: (body: { amount: number; softPercent: number }) =>
      budget.project === null
        ? client.changeOrganizationBudget({ organization: here.organization.id, budget: budget.id, body })
        : client.changeBudget({ budget: budget.id, body }),
    changes: [grantKeys.budgets(here.project.id)],
    said: () => words.saved,
    quiet: true,
  });
  const form = useForm(
    { amount: String(budget.amount), softPercent: String(budget.softPercent) },
    ({ amount, softPercent }) => wrongs({ amount: needed(amount), softPercent: needed(softPercent) }),
    async ({ amount, softPercent }) =>
      void (await save.mutateAsync({ amount: numberOf(amount) ?? -1, softPercent: numberOf(softPercent) ?? -1 })),
  );
  const used = budget.now === null ? 0 : budget.now.spent + budget.now.reserved;
  const typed = numberOf(form.values.amount);
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field
        label={words.amount}
        help={typed !== null && typed < used ? words.below : undefined}
        error={form.errors.amount}
      >
        {(control) => (
          <input
            {...control}
            inputMode="decimal"
            value={form.values.amount}
            onChange={form.type("amount")}
            className="field"
          />
        )}
      </Field>
      <Field label={words.soft} help={words.softHelp} error={form.errors.softPercent}>
        {(control) => (
          <input
            {...control}
            inputMode="numeric"
            value={form.values.softPercent}
            onChange={form.type("softPercent")}
            className="field"
          />
        )}
      </Field>
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" look="primary" disabled={form.busy}>
        {words.save}
      </Button>
    </form>
  );
}

function EndBudget({ budget, done }: { budget: Budget; done: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const [asking, setAsking] = useState(false);
  const end = useAct({
    act: () =>
      budget.project === null
        ? client.endOrganizationBudget({ organization: here.organization.id, budget: budget.id })
        : client.endBudget({ budget: budget.id }),
    changes: [grantKeys.budgets(here.project.id)],
    said: () => words.ended,
    after: done,
  });
  return (
    <>
      <Button look="danger" disabled={end.isPending} onClick={() => setAsking(true)}>
        {words.end}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.endTitle}
        what={words.endWhat}
        verb={words.end}
        act={() => end.mutate()}
      />
    </>
  );
}
