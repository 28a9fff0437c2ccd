import { useId } from "react";
import { say } from "../language.ts";
import { Chip } from "../ui/Chip.tsx";
import { Field } from "../ui/Field.tsx";
import type { ProblemAt } from "./DraftFields.tsx";
import { APPROVAL_WHENS, type ApprovalDraft } from "./grant-draft.ts";
import type { SchemaField } from "./schema-fields.ts";
import { labelOf, useApprovers, useWorkspaces } from "./use-choices.ts";

const { draft: words } = say.grants;

interface Part {
  readonly approval: ApprovalDraft;
  readonly change: (approval: ApprovalDraft) => void;
  readonly at: string;
  readonly problem: ProblemAt;
}

/** Whether a person must approve, when, who, and what happens when nobody does. */
export function ApprovalFields({
  approval,
  place,
  fields,
  change,
  start,
  problem,
}: {
  approval: ApprovalDraft | null;
  place: number;
  fields: readonly SchemaField[];
  change: (approval: ApprovalDraft | null) => void;
  start: ApprovalDraft;
  problem: ProblemAt;
}) {
  const at = `lines[${place}].approval`;
  const wrong = problem(at);
  return (
    <div role="group" aria-label={words.approvalOf(place + 1)} className="space-y-3">
      <label className="flex items-center gap-2 text-13 font-medium">
        <input
          type="checkbox"
          checked={approval !== null}
          onChange={({ target }) => change(target.checked ? start : null)}
        />
        {words.approval}
      </label>
      {approval !== null && (
        <div className="space-y-3 border-l-2 border-line pl-3">
          <When approval={approval} change={change} at={at} problem={problem} fields={fields} />
          <Approvers
            label={words.approvers}
            chosen={approval.by}
            change={(by) => change({ ...approval, by })}
            error={problem(`${at}.by`)}
          />
          <Times approval={approval} change={change} at={at} problem={problem} />
          <Slack approval={approval} change={change} at={at} problem={problem} />
          {wrong !== undefined && (
            <p role="alert" className="text-12 text-failed">
              {wrong}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

function When({ approval, change, at, problem, fields }: Part & { fields: readonly SchemaField[] }) {
  const list = useId();
  const cost = approval.of === "cost";
  return (
    <>
      <Field label={words.when}>
        {(control) => (
          <select
            {...control}
            value={approval.when}
            onChange={({ target }) =>
              change({ ...approval, when: APPROVAL_WHENS.find((one) => one === target.value) ?? "always" })
            }
            className="field"
          >
            {APPROVAL_WHENS.map((one) => (
              <option key={one} value={one}>
                {words.whens[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {approval.when === "above" && (
        <div className="grid gap-3 @md:grid-cols-3">
          <Line label={words.above} value={approval.above} error={problem(`${at}.above`)}>
            {(above) => change({ ...approval, above })}
          </Line>
          <Field label={words.aboveOf}>
            {(control) => (
              <select
                {...control}
                value={approval.of}
                onChange={({ target }) => change({ ...approval, of: target.value === "cost" ? "cost" : "field" })}
                className="field"
              >
                <option value="field">{words.aboveField}</option>
                <option value="cost">{words.aboveCost}</option>
              </select>
            )}
          </Field>
          <Line
            label={cost ? words.currency : words.field}
            value={cost ? approval.currency : approval.field}
            error={problem(`${at}.${cost ? "currency" : "field"}`)}
            {...(cost ? {} : { list })}
          >
            {(text) => change(cost ? { ...approval, currency: text.toUpperCase() } : { ...approval, field: text })}
          </Line>
          <datalist id={list}>
            {fields
              .filter(({ kinds }) => kinds.has("number") || kinds.has("any"))
              .map(({ path }) => (
                <option key={path} value={path} />
              ))}
          </datalist>
        </div>
      )}
    </>
  );
}

function Times({ approval, change, at, problem }: Part) {
  return (
    <>
      <div className="grid gap-3 @md:grid-cols-2">
        <Line label={words.quorum} value={approval.quorum} error={problem(`${at}.quorum`)}>
          {(quorum) => change({ ...approval, quorum })}
        </Line>
        <Line label={words.expires} value={approval.expiresHours} error={problem(`${at}.expiresHours`)}>
          {(expiresHours) => change({ ...approval, expiresHours })}
        </Line>
        <Line
          label={words.reminds}
          help={words.optional}
          value={approval.remindHours}
          error={problem(`${at}.remindHours`)}
        >
          {(remindHours) => change({ ...approval, remindHours })}
        </Line>
        <Line
          label={words.escalates}
          help={words.optional}
          value={approval.escalateHours}
          error={problem(`${at}.escalate`)}
        >
          {(escalateHours) => change({ ...approval, escalateHours })}
        </Line>
      </div>
      {approval.escalateHours.trim() !== "" && (
        <Approvers
          label={words.escalateTo}
          chosen={approval.escalateTo}
          change={(escalateTo) => change({ ...approval, escalateTo })}
          error={undefined}
        />
      )}
    </>
  );
}

function Slack({ approval, change, at, problem }: Part) {
  const known = useWorkspaces();
  const { slackConnection: chosen } = approval;
  if (known.length === 0 && chosen === "") return null;
  const workspaces =
    known.some(({ value }) => value === chosen) || chosen === "" ? known : [...known, { value: chosen, label: chosen }];
  return (
    <>
      <div className="grid gap-3 @md:grid-cols-2">
        <Field label={words.slack} error={problem(`${at}.slack.connection`)}>
          {(control) => (
            <select
              {...control}
              value={chosen}
              onChange={({ target }) => change({ ...approval, slackConnection: target.value })}
              className="field"
            >
              <option value="">{words.slackNone}</option>
              {workspaces.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        {chosen !== "" && (
          <Line
            label={words.slackChannel}
            help={words.slackChannelHelp}
            value={approval.slackChannel}
            error={problem(`${at}.slack.channel`)}
          >
            {(slackChannel) => change({ ...approval, slackChannel })}
          </Line>
        )}
      </div>
      {chosen !== "" && (
        <label className="flex items-center gap-2 text-13">
          <input
            type="checkbox"
            checked={approval.slackArguments}
            onChange={({ target }) => change({ ...approval, slackArguments: target.checked })}
          />
          {words.slackArguments}
        </label>
      )}
    </>
  );
}

function Line({
  label,
  value,
  help,
  error,
  list,
  children,
}: {
  label: string;
  value: string;
  help?: string;
  error: string | undefined;
  list?: string;
  children: (text: string) => void;
}) {
  return (
    <Field label={label} help={help} error={error}>
      {(control) => (
        <input
          {...control}
          {...(list === undefined ? {} : { list })}
          maxLength={400}
          value={value}
          onChange={({ target }) => children(target.value)}
          className="field"
        />
      )}
    </Field>
  );
}

function Approvers({
  label,
  chosen,
  change,
  error,
}: {
  label: string;
  chosen: readonly string[];
  change: (chosen: readonly string[]) => void;
  error: string | undefined;
}) {
  const choices = useApprovers();
  return (
    <div className="space-y-2">
      <Field label={label} error={error}>
        {(control) => (
          <select
            {...control}
            value=""
            onChange={({ target }) => target.value !== "" && change([...chosen, target.value])}
            className="field"
          >
            <option value="">{words.addApprover}</option>
            {choices
              .filter(({ value }) => !chosen.includes(value))
              .map(({ value, label: name }) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
          </select>
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        {chosen.map((one) => (
          <Chip
            key={one}
            removeLabel={words.remove(labelOf(one, choices))}
            remove={() => change(chosen.filter((other) => other !== one))}
          >
            {labelOf(one, choices)}
          </Chip>
        ))}
      </div>
    </div>
  );
}
