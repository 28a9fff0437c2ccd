import { type ChangeEvent, useId } from "react";
import { say } from "../language.ts";
import { Field } from "../ui/Field.tsx";
import { timeZones } from "./project-form.ts";

const { projects: words } = say.people;

/** A time zone, typed and completed from the zones that the browser knows. */
export function TimeZoneField({
  value,
  change,
  error,
  readOnly = false,
}: {
  value: string;
  change: (event: ChangeEvent<HTMLInputElement>) => void;
  error: string | undefined;
  readOnly?: boolean;
}) {
  const listId = useId();
  return (
    <Field label={words.timeZone} help={words.timeZoneHelp} error={error}>
      {(control) => (
        <>
          <input
            {...control}
            list={readOnly ? undefined : listId}
            maxLength={64}
            autoComplete="off"
            readOnly={readOnly}
            value={value}
            onChange={change}
            className="field read-only:bg-surface-2"
          />
          <datalist id={listId}>
            {timeZones().map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
