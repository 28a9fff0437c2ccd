import type { Column } from "@steward/sdk";
import { explained } from "../api/explain.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";
import type { CellEdit } from "./create-cell-edits.ts";
import { shownCell } from "./cell-value.ts";
import type { GridEdits } from "./use-cell-edits.ts";

const { note: words, row: rowWords } = say.data.tables;

/** Edits that did not come through, each with what stands against it and the ways on. */
export function EditNotes({ edits, columns }: { edits: GridEdits; columns: readonly Column[] }) {
  const held = edits.list.filter(({ state }) => state.kind !== "saving");
  if (held.length === 0) return null;
  return (
    <ul role="alert" className="max-h-40 shrink-0 overflow-y-auto border-t border-line bg-surface-1">
      {held.map((edit) => (
        <EditNote key={edit.id} edit={edit} edits={edits} column={columns.find(({ name }) => name === edit.column)} />
      ))}
    </ul>
  );
}

function EditNote({ edit, edits, column }: { edit: CellEdit; edits: GridEdits; column: Column | undefined }) {
  const { id, state } = edit;
  const shown = (value: CellEdit["value"]) => visible(shownCell(column ?? { type: "text" }, value)) || rowWords.empty;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line/60 px-4 py-1.5 text-13 md:px-6">
      <Icon name="warning" className="text-failed" />
      <span className="min-w-0 flex-1 break-words">
        {state.kind === "conflict" && (
          <>
            {words.conflict(edit.column)} <span className="text-text-3">{words.theirs}</span>{" "}
            <b className="font-medium">{shown(state.theirs)}</b> <span className="text-text-3">{words.yours}</span>{" "}
            <b className="font-medium">{shown(edit.value)}</b>
          </>
        )}
        {state.kind === "refused" && (
          <>
            {words.refused(edit.column)} <Why error={state.error} /> <span className="text-text-3">{words.yours}</span>{" "}
            <b className="font-medium">{shown(edit.value)}</b>
          </>
        )}
      </span>
      {state.kind === "conflict" && (
        <Button className="h-7" onClick={() => edits.overrule(id)}>
          {words.takeMine}
        </Button>
      )}
      <Button className="h-7" onClick={() => edits.discard(id)}>
        {state.kind === "conflict" ? words.keepTheirs : words.discard}
      </Button>
    </li>
  );
}

function Why({ error }: { error: unknown }) {
  const { what, hint } = explained(error);
  return (
    <>
      {what} <span className="text-text-2">{hint}</span>
    </>
  );
}
