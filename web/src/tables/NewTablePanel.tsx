import { COLUMN_TYPES, type NewColumn } from "@steward/sdk";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { needed } from "../ui/checks.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { type ColumnDraft, columnFaults, isFaulty, NEW_COLUMN, newColumnOf } from "./column-form.ts";

const { tables: words } = say.data;
const COLUMNS_MAX = 100;

interface DraftRow {
  readonly id: number;
  readonly draft: ColumnDraft;
}

/** A table with its first columns; a line without a name makes none. */
export function NewTablePanel({ close }: { close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [rows, setRows] = useState<readonly DraftRow[]>([{ id: 1, draft: NEW_COLUMN }]);
  const [tried, setTried] = useState(false);
  const create = useAct({
    act: (columns: NewColumn[]) => client.createTable({ body: { name: name.trim(), columns } }),
    changes: [dataKeys.tables(here.project.id)],
    said: () => words.form.created(name.trim()),
    quiet: true,
    after: async ({ id }) => await navigate(paths.table(id)),
  });
  const named = rows.filter(({ draft }) => draft.name.trim() !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (needed(name) === undefined && !named.some(({ draft }) => isFaulty(columnFaults(draft))))
      create.mutate(named.map(({ draft }) => newColumnOf(draft)));
  };
  const change = (id: number, draft: ColumnDraft) => setRows(rows.map((one) => (one.id === id ? { id, draft } : one)));
  const nextId = Math.max(0, ...rows.map(({ id }) => id)) + 1;
  return (
    <Panel title={words.new} label={words.new} close={close}>
      <form className="space-y-4 p-4" onSubmit={submit} noValidate>
        <Field label={words.form.name} help={words.form.nameHelp} error={tried ? needed(name) : undefined}>
          {(control) => (
            <input
              {...control}
              autoFocus
              maxLength={63}
              value={name}
              onChange={({ target }) => setName(target.value)}
              className="field"
            />
          )}
        </Field>
        <fieldset className="space-y-2">
          <legend className="mb-1 text-13 font-medium">{words.form.columns}</legend>
          {rows.map(({ id, draft }, at) => (
            <ColumnLine
              key={id}
              at={at + 1}
              draft={draft}
              change={(next) => change(id, next)}
              remove={() => setRows(rows.filter((one) => one.id !== id))}
              fault={tried && draft.name !== "" ? columnFaults(draft).options : undefined}
            />
          ))}
          <Button
            icon="plus"
            disabled={rows.length >= COLUMNS_MAX}
            onClick={() => setRows([...rows, { id: nextId, draft: NEW_COLUMN }])}
          >
            {words.form.addColumn}
          </Button>
        </fieldset>
        {create.isError && <ErrorNote error={create.error} />}
        <Button type="submit" look="primary" disabled={create.isPending}>
          {words.form.create}
        </Button>
      </form>
    </Panel>
  );
}

function ColumnLine({
  at,
  draft,
  change,
  remove,
  fault,
}: {
  at: number;
  draft: ColumnDraft;
  change: (draft: ColumnDraft) => void;
  remove: () => void;
  fault: string | undefined;
}) {
  const { form } = words;
  return (
    <div role="group" aria-label={form.column(at)} className="space-y-1.5">
      <div className="flex items-center gap-1.5">
        <input
          aria-label={form.columnName(at)}
          placeholder={form.name}
          maxLength={63}
          value={draft.name}
          onChange={({ target }) => change({ ...draft, name: target.value })}
          className="field min-w-0 flex-1 text-13"
        />
        <select
          aria-label={form.columnType(at)}
          value={draft.type}
          onChange={({ target }) =>
            change({ ...draft, type: COLUMN_TYPES.find((one) => one === target.value) ?? "text" })
          }
          className="field w-36 shrink-0 text-13"
        >
          {COLUMN_TYPES.map((one) => (
            <option key={one} value={one}>
              {words.types[one]}
            </option>
          ))}
        </select>
        <IconButton icon="close" label={form.removeColumn(at)} onClick={remove} />
      </div>
      <div className="flex gap-4 text-12 text-text-2">
        {(["required", "unique"] as const).map((rule) => (
          <label key={rule} className="inline-flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={draft[rule]}
              onChange={({ target }) => change({ ...draft, [rule]: target.checked })}
            />
            {form[rule]}
          </label>
        ))}
      </div>
      {draft.type === "select" && (
        <>
          <textarea
            aria-label={form.optionsOf(at)}
            aria-invalid={fault === undefined ? undefined : true}
            placeholder={form.optionsHelp}
            rows={3}
            value={draft.options}
            onChange={({ target }) => change({ ...draft, options: target.value })}
            className="field text-13"
          />
          {fault !== undefined && (
            <p role="alert" className="text-12 text-failed">
              {fault}
            </p>
          )}
        </>
      )}
    </div>
  );
}
