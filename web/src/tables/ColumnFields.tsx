import { COLUMN_TYPES } from "@steward/sdk";
import { say } from "../language.ts";
import { Field } from "../ui/Field.tsx";
import type { ColumnDraft, ColumnFaults } from "./column-form.ts";

const { form: words, types } = say.data.tables;

/** What a column is: its name, its type, its rules. */
export function ColumnFields({
  draft,
  change,
  faults,
}: {
  draft: ColumnDraft;
  change: (draft: ColumnDraft) => void;
  faults: ColumnFaults;
}) {
  const { name, type, required, unique } = draft;
  return (
    <>
      <Field label={words.name} error={faults.name}>
        {(control) => (
          <input
            {...control}
            autoFocus
            maxLength={63}
            value={name}
            onChange={({ target }) => change({ ...draft, name: target.value })}
            className="field"
          />
        )}
      </Field>
      <Field label={words.type}>
        {(control) => (
          <select
            {...control}
            value={type}
            onChange={({ target }) =>
              change({ ...draft, type: COLUMN_TYPES.find((one) => one === target.value) ?? "text" })
            }
            className="field"
          >
            {COLUMN_TYPES.map((one) => (
              <option key={one} value={one}>
                {types[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {type === "select" && (
        <Field label={words.options} help={words.optionsHelp} error={faults.options}>
          {(control) => (
            <textarea
              {...control}
              rows={4}
              value={draft.options}
              onChange={({ target }) => change({ ...draft, options: target.value })}
              className="field"
            />
          )}
        </Field>
      )}
      <Rule
        label={words.required}
        help={words.requiredHelp}
        on={required}
        change={(on) => change({ ...draft, required: on })}
      />
      <Rule
        label={words.unique}
        help={words.uniqueHelp}
        on={unique}
        change={(on) => change({ ...draft, unique: on })}
      />
    </>
  );
}

function Rule({
  label,
  help,
  on,
  change,
}: {
  label: string;
  help: string;
  on: boolean;
  change: (on: boolean) => void;
}) {
  return (
    <label className="flex items-start gap-2 text-13">
      <input type="checkbox" checked={on} onChange={({ target }) => change(target.checked)} className="mt-0.5" />
      <span>
        {label}
        <span className="block text-12 text-text-3">{help}</span>
      </span>
    </label>
  );
}
