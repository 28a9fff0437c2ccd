import type { Column } from "@steward/sdk";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Json } from "../json-text.ts";
import { say } from "../language.ts";
import { visible } from "../visible.ts";
import { editedCell, readCell } from "./cell-value.ts";
import { ValueInput } from "./ValueInput.tsx";

const { grid: words } = say.data.tables;

/** Where the focus goes after an edit: it stays on the cell, or goes on to the one after or before. */
export type After = "stay" | 1 | -1;

/** Edits a cell in its place: Enter saves, Esc cancels, Tab saves and goes on. What can't be a value isn't let out. */
export function CellEditor({
  column,
  value,
  save,
  cancel,
}: {
  column: Column;
  value: Json;
  save: (value: Json, after: After) => void;
  cancel: () => void;
}) {
  const [text, setText] = useState(() => editedCell(column, value));
  const [why, setWhy] = useState<string | null>(null);
  const control = useRef<(HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement) | null>(null);
  const over = useRef(false);
  useEffect(() => {
    control.current?.focus();
    if (column.type !== "boolean" && column.type !== "select" && column.type !== "date") control.current?.select();
  }, [column.type]);

  const commit = (after: After | null) => {
    if (over.current) return;
    const read = readCell(column, text);
    if (read.ok) {
      over.current = true;
      // What lost the focus must not take it back.
      save(read.value, after ?? "stay");
    } else setWhy(read.why);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const breaks = event.key === "Enter" && event.shiftKey && (column.type === "text" || column.type === "json");
    if (breaks || !["Enter", "Escape", "Tab"].includes(event.key)) return event.stopPropagation();
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      over.current = true;
      cancel();
    } else commit(event.key === "Enter" ? "stay" : event.shiftKey ? -1 : 1);
  };
  return (
    <div className="absolute -inset-px z-20 min-h-8">
      <ValueInput
        controlRef={control}
        column={column}
        text={text}
        change={(next) => {
          setText(next);
          setWhy(null);
        }}
        aria-label={words.edit(column.name)}
        aria-invalid={why === null ? undefined : true}
        aria-describedby={why === null ? undefined : "cell-why"}
        onKeyDown={press}
        onBlur={() => commit(null)}
        className="field block h-full min-h-8 resize-none rounded-sm px-2 py-1 text-13 shadow-float"
      />
      {why !== null && (
        <p
          id="cell-why"
          role="alert"
          className="absolute top-full left-0 z-20 mt-1 w-max max-w-72 rounded-sm border border-failed/40 bg-float px-2 py-1 text-12 text-failed shadow-float"
        >
          {visible(why)}
        </p>
      )}
    </div>
  );
}
