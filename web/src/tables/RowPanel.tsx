import type { Column, Row, Table } from "@steward/sdk";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys, rowQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CopyId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { shownCell } from "./cell-value.ts";
import { isStale } from "./create-cell-edits.ts";
import { changesOf, faultsOf, mergedWith, type Texts, textsOf } from "./row-form.ts";
import { putRow } from "./use-cell-edits.ts";
import { useDeleteRows } from "./use-delete-rows.ts";
import { ValueInput } from "./ValueInput.tsx";

const { row: words, form: formWords } = say.data.tables;

/** A row whole, each value in a field of its own. */
export function RowPanel({ table, id, close }: { table: Table; id: string; close: () => void }) {
  const { here } = useSession();
  const row = useQuery(rowQuery(useClient(), here.project.id, table.id, id));
  return (
    <Panel title={words.title} label={words.title} close={close}>
      {row.isError && (
        <div className="p-4">
          <ErrorNote error={row.error} title={words.gone} />
        </div>
      )}
      {row.data && <RowForm table={table} loaded={row.data} close={close} />}
    </Panel>
  );
}

function RowForm({ table, loaded, close }: { table: Table; loaded: Row; close: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const { here, may } = useSession();
  const { tell } = useNotices();
  const { columns } = table;
  const [base, setBase] = useState(loaded);
  const [texts, setTexts] = useState<Texts>(() => textsOf(columns, loaded.values));
  const [theirs, setTheirs] = useState<Row["values"]>({});
  const heard = (row: Row) => {
    putRow(queries, here.project.id, table.id, row);
    setBase(row);
  };
  const save = useAct({
    act: async (values: Row["values"]) => {
      try {
        return await client.updateRow({ table: table.id, row: base.id, body: { version: base.version, values } });
      } catch (error) {
        if (!isStale(error)) throw error;
        const now = await client.getRow({ table: table.id, row: base.id });
        const merged = mergedWith(columns, texts, base.values, now.values);
        heard(now);
        setTexts(merged.texts);
        setTheirs(merged.theirs);
        return null;
      }
    },
    changes: [],
    quiet: true,
    after: (row) => {
      if (row === null) return;
      heard(row);
      setTexts(textsOf(columns, row.values));
      setTheirs({});
      tell(words.saved);
    },
  });
  // What the grid saved meanwhile comes in, as long as nothing was typed here.
  const changes = changesOf(columns, texts, base.values);
  if (loaded.version !== base.version && Object.keys(changes).length === 0 && !save.isPending) {
    setBase(loaded);
    setTexts(textsOf(columns, loaded.values));
  }
  const remove = useDeleteRows(table);
  const writes = may("table.write");
  return (
    <RowFields
      columns={columns}
      texts={texts}
      change={(name, text) => setTexts({ ...texts, [name]: text })}
      before={base.values}
      theirs={theirs}
      submit={writes ? () => save.mutate(changes) : null}
      unchanged={Object.keys(changes).length === 0}
      verb={formWords.save}
      busy={save.isPending}
      error={save.error}
      head={
        <p className="text-13 text-text-3">
          {words.id} <CopyId id={base.id} />
        </p>
      }
      more={
        writes && (
          <Button
            look="danger"
            onClick={() => {
              close();
              remove.mutate([base]);
            }}
          >
            {words.delete}
          </Button>
        )
      }
    />
  );
}

/** A new row. */
export function NewRowPanel({ table, close }: { table: Table; close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const { columns } = table;
  const [texts, setTexts] = useState<Texts>({});
  const add = useAct({
    act: (values: Row["values"]) => client.insertRows({ table: table.id, body: { rows: [values] } }),
    changes: [dataKeys.rows(here.project.id, table.id), dataKeys.table(here.project.id, table.id)],
    said: () => words.added,
    quiet: true,
    after: close,
  });
  return (
    <Panel title={words.new} label={words.new} close={close}>
      <RowFields
        columns={columns}
        texts={texts}
        change={(name, text) => setTexts({ ...texts, [name]: text })}
        before={null}
        theirs={{}}
        submit={() => add.mutate(changesOf(columns, texts, null))}
        unchanged={false}
        verb={words.new}
        busy={add.isPending}
        error={add.error}
        head={null}
        more={null}
      />
    </Panel>
  );
}

interface Fields {
  readonly columns: readonly Column[];
  readonly texts: Texts;
  readonly change: (name: string, text: string) => void;
  /** Null of a new row. */
  readonly before: Row["values"] | null;
  readonly theirs: Row["values"];
  /** Null for who may only read. */
  readonly submit: (() => void) | null;
  readonly unchanged: boolean;
  readonly verb: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly head: React.ReactNode;
  readonly more: React.ReactNode;
}

function RowFields(fields: Fields) {
  const { columns, texts, before, theirs, submit, error } = fields;
  const [tried, setTried] = useState(false);
  const faults = faultsOf(columns, texts, before);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length === 0) submit?.();
  };
  return (
    <form className="space-y-4 p-4" onSubmit={send} noValidate>
      {fields.head}
      {Object.keys(theirs).length > 0 && (
        <p role="alert" className="rounded-md border border-waiting/40 bg-waiting/5 px-3 py-2 text-13">
          {words.conflict}
        </p>
      )}
      {columns.map((column) => (
        <RowField
          key={column.name}
          column={column}
          fields={fields}
          fault={tried || before !== null ? faults[column.name] : undefined}
        />
      ))}
      {error !== null && <ErrorNote error={error} />}
      <div className="flex items-center gap-2">
        {submit && (
          <Button type="submit" look="primary" disabled={fields.busy || fields.unchanged}>
            {fields.verb}
          </Button>
        )}
        {fields.more}
      </div>
    </form>
  );
}

function RowField({ column, fields, fault }: { column: Column; fields: Fields; fault: string | undefined }) {
  const { name, type, required } = column;
  const { texts, change, theirs, submit } = fields;
  const set = Object.hasOwn(theirs, name) ? theirs[name] : undefined;
  const help = set === undefined ? "" : words.theirs(shownCell(column, set) || words.empty);
  return (
    <Field label={visible(required ? `${name} *` : name)} help={help} error={fault}>
      {(control) => (
        <ValueInput
          {...control}
          column={column}
          text={texts[name] ?? ""}
          change={(text) => change(name, text)}
          readOnly={submit === null}
          rows={type === "json" ? 3 : 1}
          className={`field block max-h-72 resize-y text-13 [field-sizing:content] ${type === "json" ? "font-mono" : ""}`}
        />
      )}
    </Field>
  );
}
