import { type ReactNode, useId } from "react";

export interface FieldControl {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
}

/** Label above, help below, the error in place of the help. The control takes what the child function is given. */
export function Field({
  label,
  help,
  error,
  needed = false,
  children,
}: {
  label: string;
  help?: string | undefined;
  error?: string | null | undefined;
  /** Marked as one that can't be left empty. */
  needed?: boolean;
  children: (control: FieldControl) => ReactNode;
}) {
  const id = useId();
  const note = error ?? help;
  const noteId = `${id}-note`;
  return (
    <div className="space-y-1">
      <label htmlFor={id} className={needed ? "needed block text-13 font-medium" : "block text-13 font-medium"}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": note === undefined || note === "" ? undefined : noteId,
        "aria-invalid": error ? true : undefined,
        "aria-required": needed || undefined,
      })}
      {note !== undefined && note !== "" && (
        <p
          id={noteId}
          role={error ? "alert" : undefined}
          className={error ? "text-12 text-failed" : "text-12 text-text-3"}
        >
          {note}
        </p>
      )}
    </div>
  );
}
