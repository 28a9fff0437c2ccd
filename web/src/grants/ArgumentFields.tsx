import { say } from "../language.ts";
import { Field, type FieldControl } from "../ui/Field.tsx";
import type { ArgumentField, Typed } from "./arguments-form.ts";

const { simulator: words } = say.grants;

/** The arguments of an action, a field each. */
export function ArgumentFields({
  fields,
  typed,
  change,
  unreadable,
  problem,
}: {
  fields: readonly ArgumentField[];
  typed: Typed;
  change: (typed: Typed) => void;
  unreadable: ReadonlySet<string>;
  problem: (name: string) => string | undefined;
}) {
  return (
    <>
      {fields.map((field) => (
        <Field
          key={field.name}
          label={field.kind === "json" ? words.isJson(field.name) : field.name}
          help={field.kind === "texts" ? [field.help, say.grants.draft.oneALine].join(" ").trim() : field.help}
          error={unreadable.has(field.name) ? words.notJson : problem(field.name)}
        >
          {(control) => (
            <Input
              field={field}
              control={control}
              value={typed[field.name] ?? ""}
              change={(text) => change({ ...typed, [field.name]: text })}
            />
          )}
        </Field>
      ))}
    </>
  );
}

const LONG: ReadonlySet<string> = new Set(["body", "text", "html", "sql", "content", "message", "description"]);

function Input({
  field: { name, kind, choices },
  control,
  value,
  change,
}: {
  field: ArgumentField;
  control: FieldControl;
  value: string;
  change: (text: string) => void;
}) {
  const given = { ...control, value, onChange: (event: { target: { value: string } }) => change(event.target.value) };
  if (kind === "choice" || kind === "boolean")
    return (
      <select {...given} className="field">
        <option value="">–</option>
        {(kind === "choice" ? choices.map((one) => [one, one]) : BOOLEANS).map(([one, label]) => (
          <option key={one} value={one}>
            {label}
          </option>
        ))}
      </select>
    );
  if (kind === "json" || kind === "texts" || LONG.has(name))
    return (
      <textarea {...given} rows={kind === "texts" ? 2 : 4} spellCheck={false} className="field font-mono text-13" />
    );
  return (
    <input {...given} inputMode={kind === "number" ? "decimal" : "text"} autoComplete="off" className="field text-13" />
  );
}

const BOOLEANS = [
  ["true", words.yes],
  ["false", words.no],
] as const;
