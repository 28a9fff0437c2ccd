import type { Column } from "@steward/sdk";
import type { KeyboardEvent, Ref } from "react";
import { say } from "../language.ts";
import { visible } from "../visible.ts";

const { grid, row: words } = say.data.tables;

export interface ValueInputProps {
  readonly column: Column;
  /** As `editedCell` gives it. */
  readonly text: string;
  readonly change: (text: string) => void;
  readonly className: string;
  readonly id?: string;
  readonly "aria-label"?: string;
  readonly "aria-describedby"?: string | undefined;
  readonly "aria-invalid"?: true | undefined;
  readonly readOnly?: boolean;
  readonly rows?: number;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onBlur?: () => void;
  readonly controlRef?: Ref<HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement>;
}

const TEXT_CHARS_MAX = 1_000_000;

/** A field for a value of the column's type. */
export function ValueInput({ column, text, change, controlRef, readOnly = false, rows = 1, ...rest }: ValueInputProps) {
  const { type } = column;
  const control = {
    ...rest,
    value: text,
    onChange: ({ target }: { target: { value: string } }) => change(target.value),
  };
  if (type === "boolean" || type === "select")
    return (
      <select {...control} ref={controlRef} disabled={readOnly}>
        <option value="">{words.choose}</option>
        {optionsOf(column, text).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    );
  if (type === "date") return <input {...control} ref={controlRef} readOnly={readOnly} type="date" max="9999-12-31" />;
  const typing = { spellCheck: type === "text", autoComplete: "off", autoCapitalize: "off" };
  // A text may hold breaks, which an input would swallow.
  if (type === "text" || type === "json")
    return (
      <textarea {...control} {...typing} ref={controlRef} readOnly={readOnly} rows={rows} maxLength={TEXT_CHARS_MAX} />
    );
  return (
    <input
      {...control}
      {...typing}
      ref={controlRef}
      readOnly={readOnly}
      inputMode={type === "time" ? "text" : "decimal"}
      placeholder={type === "time" ? "2026-11-21T12:30:00Z" : undefined}
    />
  );
}

function optionsOf({ type, options }: Column, text: string): readonly (readonly [string, string])[] {
  if (type === "boolean")
    return [
      ["true", grid.yes],
      ["false", grid.no],
    ];
  const all = options ?? [];
  // What was chosen while it was a choice is shown as it is.
  const shown = text === "" || all.includes(text) ? all : [text, ...all];
  return shown.map((one) => [one, visible(one)]);
}
