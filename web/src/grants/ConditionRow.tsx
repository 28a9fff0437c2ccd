import { useId } from "react";
import { say } from "../language.ts";
import { IconButton } from "../ui/Button.tsx";
import { CONDITION_KINDS, type ConditionDraft, type ConditionKind } from "./grant-draft.ts";
import type { SchemaField } from "./schema-fields.ts";

const { draft: words } = say.grants;

/** One condition: which field of the action, what must hold of it. */
export function ConditionRow({
  name,
  condition,
  fields,
  change,
  remove,
  errors,
}: {
  name: string;
  condition: ConditionDraft;
  fields: readonly SchemaField[];
  change: (condition: ConditionDraft) => void;
  remove: () => void;
  errors: { readonly field: string | undefined; readonly value: string | undefined };
}) {
  const id = useId();
  const { kind, ifGiven } = condition;
  const error = [errors.field, errors.value].filter((one) => one !== undefined).join("; ");
  const described = error === "" ? {} : { "aria-describedby": id, "aria-invalid": true as const };
  const numbers = kind === "max" || kind === "min";
  return (
    <div role="group" aria-label={name} className="space-y-1 rounded-md bg-surface-1 p-2">
      <div className="flex flex-wrap items-start gap-2">
        <FieldName condition={condition} fields={fields} change={change} described={described} />
        <select
          aria-label={words.is}
          value={kind}
          onChange={({ target }) => change({ ...condition, kind: kindOf(target.value) })}
          className="field w-auto text-13"
        >
          {CONDITION_KINDS.map((one) => (
            <option key={one} value={one}>
              {words.kinds[one]}
            </option>
          ))}
        </select>
        {numbers && (
          <input
            aria-label={words.value}
            {...described}
            inputMode="decimal"
            value={condition.value}
            onChange={({ target }) => change({ ...condition, value: target.value })}
            className="field w-28 text-13"
          />
        )}
        <IconButton icon="close" label={words.remove(name)} onClick={remove} className="ml-auto" />
      </div>
      {!numbers && kind !== "any" && (
        <textarea
          aria-label={words.value}
          {...described}
          rows={2}
          placeholder={words.oneALine}
          value={condition.value}
          onChange={({ target }) => change({ ...condition, value: target.value })}
          className="field font-mono text-13"
        />
      )}
      {kind !== "any" && (
        <label className="flex items-center gap-2 text-12 text-text-2">
          <input
            type="checkbox"
            checked={ifGiven}
            onChange={({ target }) => change({ ...condition, ifGiven: target.checked })}
          />
          {words.ifGiven}
        </label>
      )}
      {error !== "" && (
        <p id={id} role="alert" className="text-12 text-failed">
          {error}
        </p>
      )}
    </div>
  );
}

/** To choose from where the actions are known, else to type. */
function FieldName({
  condition,
  fields,
  change,
  described,
}: {
  condition: ConditionDraft;
  fields: readonly SchemaField[];
  change: (condition: ConditionDraft) => void;
  described: { readonly "aria-describedby"?: string; readonly "aria-invalid"?: true };
}) {
  const list = useId();
  return (
    <>
      <input
        aria-label={words.field}
        placeholder={words.chooseField}
        list={list}
        maxLength={400}
        value={condition.field}
        onChange={({ target }) => change({ ...condition, field: target.value.trim() })}
        className="field w-36 font-mono text-13"
        {...described}
      />
      <datalist id={list}>
        {fields.map(({ path }) => (
          <option key={path} value={path} />
        ))}
      </datalist>
    </>
  );
}

function kindOf(text: string): ConditionKind {
  return CONDITION_KINDS.find((one) => one === text) ?? "any";
}
