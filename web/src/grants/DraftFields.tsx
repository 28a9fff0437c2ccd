import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { EMPTY_LINE, type GrantDraft, type LineDraft, splitAbout } from "./grant-draft.ts";
import { LineFields } from "./LineFields.tsx";
import { ownTimeZone } from "../people/project-form.ts";
import { useActionsOf } from "./use-actions-of.ts";
import { type Choice, labelOf, useAbouts, usePrincipals } from "./use-choices.ts";

const { draft: words } = say.grants;

export type ProblemAt = (control: string) => string | undefined;

/** A grant or limit as a form; what it may name is offered to choose from. */
export function DraftFields({
  draft,
  change,
  problem,
}: {
  draft: GrantDraft;
  change: (draft: GrantDraft) => void;
  problem: ProblemAt;
}) {
  const isGrant = draft.kind === "grant";
  const actions = useActionsOf(draft.about);
  const setLine = (place: number, line: LineDraft | null) =>
    change({
      ...draft,
      lines: draft.lines.flatMap((one, at) => (at === place ? (line === null ? [] : [line]) : [one])),
    });
  return (
    <>
      <WhoAndWhat draft={draft} change={change} problem={problem} />
      {!isGrant && (
        <label className="flex items-center gap-2 text-13">
          <input
            type="checkbox"
            checked={draft.deny}
            onChange={({ target }) => change({ ...draft, deny: target.checked })}
          />
          {words.deny}
        </label>
      )}
      {draft.lines.map((line, place) => (
        <LineFields
          // A line has no name but its place.
          key={place}
          line={line}
          place={place}
          deny={draft.deny}
          actions={actions}
          change={(next) => setLine(place, next)}
          remove={draft.lines.length > 1 ? () => setLine(place, null) : null}
          problem={problem}
        />
      ))}
      <Button icon="plus" onClick={() => change({ ...draft, lines: [...draft.lines, EMPTY_LINE] })}>
        {words.addLine}
      </Button>
      {isGrant && <Span draft={draft} change={change} problem={problem} />}
      <Field label={words.note} help={words.noteHelp} error={problem("note")}>
        {(control) => (
          <input
            {...control}
            maxLength={500}
            value={draft.note}
            onChange={({ target }) => change({ ...draft, note: target.value })}
            className="field"
          />
        )}
      </Field>
    </>
  );
}

interface Part {
  readonly draft: GrantDraft;
  readonly change: (draft: GrantDraft) => void;
  readonly problem: ProblemAt;
}

function WhoAndWhat({ draft, change, problem }: Part) {
  const isGrant = draft.kind === "grant";
  const principals = usePrincipals();
  const abouts = useAbouts();
  const [aboutKind] = splitAbout(draft.about);
  return (
    <>
      <Field label={isGrant ? words.who : words.whom} help={words.whoHelp} error={problem(isGrant ? "to" : "on")}>
        {(control) => (
          <select
            {...control}
            value={draft.who}
            onChange={({ target }) => change({ ...draft, who: target.value })}
            className="field"
          >
            {!isGrant && <option value="">{words.everyone}</option>}
            <Options value={draft.who} choices={isGrant ? principals : principals.slice(1)} />
          </select>
        )}
      </Field>
      <Field label={words.about} help={words.aboutHelp} error={problem(aboutKind ?? "connection")}>
        {(control) => (
          <select
            {...control}
            value={draft.about}
            onChange={({ target }) => change({ ...draft, about: target.value })}
            className="field"
          >
            <option value="">{isGrant ? words.chooseAbout : words.anything}</option>
            <Options value={draft.about} choices={abouts} />
          </select>
        )}
      </Field>
    </>
  );
}

/** The choices, and what was chosen though it is not among them. */
export function Options({ value, choices }: { value: string; choices: readonly Choice[] }) {
  const known = value === "" || choices.some((one) => one.value === value);
  return (
    <>
      {!known && <option value={value}>{labelOf(value, choices)}</option>}
      {choices.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </>
  );
}

function Span({ draft, change, problem }: Part) {
  const zone = ownTimeZone();
  return (
    <div className="grid gap-4 @md:grid-cols-2">
      {(["from", "until"] as const).map((side) => (
        <Field key={side} label={words[side]} help={words.zone[side](zone)} error={problem(side)}>
          {(control) => (
            <input
              {...control}
              type="datetime-local"
              value={draft[side]}
              onChange={({ target }) => change({ ...draft, [side]: target.value })}
              className="field"
            />
          )}
        </Field>
      ))}
    </div>
  );
}
