import { useId } from "react";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ActionChoice } from "./ActionChoice.tsx";
import { ApprovalFields } from "./ApprovalFields.tsx";
import { ConditionRow } from "./ConditionRow.tsx";
import type { ProblemAt } from "./DraftFields.tsx";
import { CURRENCY, EMPTY_APPROVAL, EMPTY_CONDITION, type LineDraft } from "./grant-draft.ts";
import { MoneyRow, RateRow } from "./CapRows.tsx";
import { type OfferedAction, takesIn } from "./own-actions.ts";
import { fieldsOfSchema, type SchemaField } from "./schema-fields.ts";

const { draft: words } = say.grants;

/** One line: what may be done, only if what holds, how often, for how much, and who must approve. */
export function LineFields({
  line,
  place,
  deny,
  actions,
  change,
  remove,
  problem,
}: {
  line: LineDraft;
  place: number;
  deny: boolean;
  actions: readonly OfferedAction[];
  change: (line: LineDraft) => void;
  remove: (() => void) | null;
  problem: ProblemAt;
}) {
  const title = useId();
  const at = `lines[${place}]`;
  const fields = fieldsOf(line.actions, actions);
  return (
    <section aria-labelledby={title} className="space-y-4 rounded-md border border-line p-3">
      <div className="flex items-center justify-between gap-2">
        <h3 id={title} className="text-13 font-semibold">
          {words.line(place + 1)}
        </h3>
        {remove && (
          <Button look="quiet" className="h-7" onClick={remove}>
            {words.removeLine(place + 1)}
          </Button>
        )}
      </div>
      <ActionChoice
        label={deny ? words.denied : words.actions}
        chosen={line.actions}
        offered={actions}
        change={(chosen) => change({ ...line, actions: chosen })}
        error={problem(`${at}.actions`)}
      />
      <Conditions line={line} place={place} fields={fields} change={change} problem={problem} />
      {!deny && <Caps line={line} place={place} change={change} problem={problem} />}
      {!deny && (
        <ApprovalFields
          approval={line.approval}
          place={place}
          fields={fields}
          change={(approval) => change({ ...line, approval })}
          start={EMPTY_APPROVAL}
          problem={problem}
        />
      )}
    </section>
  );
}

interface Part {
  readonly line: LineDraft;
  readonly place: number;
  readonly change: (line: LineDraft) => void;
  readonly problem: ProblemAt;
}

function Conditions({ line, place, fields, change, problem }: Part & { fields: readonly SchemaField[] }) {
  return (
    <div className="space-y-2">
      <p className="text-13 font-medium">{words.conditions}</p>
      <p className="text-12 text-text-3">{words.conditionsWhat}</p>
      {line.when.map((condition, index) => (
        <ConditionRow
          key={index}
          name={words.condition(index + 1, place + 1)}
          condition={condition}
          fields={fields}
          change={(next) => change({ ...line, when: line.when.with(index, next) })}
          remove={() => change({ ...line, when: line.when.filter((_, other) => other !== index) })}
          errors={{
            field: problem(`lines[${place}].when[${index}].field`),
            value: problem(`lines[${place}].when[${index}]`),
          }}
        />
      ))}
      <Button icon="plus" className="h-7" onClick={() => change({ ...line, when: [...line.when, EMPTY_CONDITION] })}>
        {words.addCondition}
      </Button>
    </div>
  );
}

function Caps({ line, place, change, problem }: Part) {
  const { rate, money } = line;
  return (
    <div className="space-y-2">
      {rate.map((one, index) => (
        <RateRow
          key={index}
          name={words.rate(index + 1, place + 1)}
          rate={one}
          change={(next) => change({ ...line, rate: rate.with(index, next) })}
          remove={() => change({ ...line, rate: rate.filter((_, other) => other !== index) })}
          error={problem(`lines[${place}].rate[${index}]`)}
        />
      ))}
      {money.map((one, index) => (
        <MoneyRow
          key={index}
          name={words.amountOf(index + 1, place + 1)}
          money={one}
          change={(next) => change({ ...line, money: money.with(index, next) })}
          remove={() => change({ ...line, money: money.filter((_, other) => other !== index) })}
          error={problem(`lines[${place}].money[${index}]`)}
        />
      ))}
      <div className="flex flex-wrap gap-2">
        <Button
          icon="plus"
          className="h-7"
          onClick={() => change({ ...line, rate: [...rate, { times: "20", per: "day" }] })}
        >
          {words.addRate}
        </Button>
        <Button
          icon="plus"
          className="h-7"
          onClick={() => change({ ...line, money: [...money, { amount: "10", currency: CURRENCY, per: "day" }] })}
        >
          {words.addMoney}
        </Button>
      </div>
    </div>
  );
}

/** The fields that every action of the line has; a condition on any other would refuse the rest silently. */
function fieldsOf(patterns: readonly string[], offered: readonly OfferedAction[]): readonly SchemaField[] {
  const covered = offered.filter((action) => patterns.some((pattern) => takesIn(pattern, action)));
  const [first = [], ...others] = covered.map(({ input }) => fieldsOfSchema(input));
  return first.filter(({ path }) => others.every((fields) => fields.some((one) => one.path === path)));
}
