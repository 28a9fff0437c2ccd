import type { Column, ColumnChange, ColumnChanged, Table } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { TypedConfirm } from "../ui/TypedConfirm.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { changeOf, columnFaults, draftOf, isFaulty, NEW_COLUMN, newColumnOf } from "./column-form.ts";
import { ColumnFields } from "./ColumnFields.tsx";

const { columnPanel: words, form: formWords } = say.data.tables;

/** Adding a column, or changing one: what stands in the way is counted before anything is changed. */
export function ColumnPanel({ table, column, close }: { table: Table; column: Column | null; close: () => void }) {
  const [draft, setDraft] = useState(column === null ? NEW_COLUMN : draftOf(column));
  const [tried, setTried] = useState(false);
  const save = useSave(table, column, close);
  const faults = columnFaults(draft);
  const change = column === null || isFaulty(faults) ? null : changeOf(column, draft);
  const trial = useTrial(table, column, change);
  const blocked = trial.data !== undefined && trial.data.failures > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isFaulty(faults)) return;
    if (column === null) save.mutate({ kind: "add", column: newColumnOf(draft) });
    else if (change !== null) save.mutate({ kind: "change", change });
  };
  const title = column === null ? words.add : words.change(column.name);
  return (
    <Panel title={title} label={title} close={close}>
      <form className="space-y-4 p-4" onSubmit={submit} noValidate>
        <ColumnFields draft={draft} change={setDraft} faults={tried ? faults : {}} />
        {change !== null && <Trial trial={trial} />}
        {save.isError && <ErrorNote error={save.error} />}
        <div className="flex items-center gap-2">
          <Button
            type="submit"
            look="primary"
            disabled={save.isPending || blocked || (column !== null && change === null && !isFaulty(faults))}
          >
            {column === null ? words.add : formWords.save}
          </Button>
          {column !== null && <DropColumn table={table} column={column} close={close} />}
        </div>
      </form>
    </Panel>
  );
}

type Save =
  | { readonly kind: "add"; readonly column: ReturnType<typeof newColumnOf> }
  | { readonly kind: "change"; readonly change: Omit<ColumnChange, "dryRun"> };

function useSave(table: Table, column: Column | null, close: () => void) {
  const client = useClient();
  const { here } = useSession();
  const name = column?.name ?? "";
  return useAct({
    act: async (save: Save): Promise<ColumnChanged | null> => {
      if (save.kind === "change")
        return await client.changeColumn({ table: table.id, column: name, body: save.change });
      await client.addColumn({ table: table.id, body: save.column });
      return null;
    },
    changes: [dataKeys.tables(here.project.id)],
    said: (save) => (save.kind === "add" ? words.added(save.column.name) : words.saved(save.change.name ?? name)),
    quiet: true,
    after: close,
  });
}

/** What would stand in the way, asked as the form is changed; a new name alone never does. */
function useTrial(table: Table, column: Column | null, change: Omit<ColumnChange, "dryRun"> | null) {
  const client = useClient();
  const { here } = useSession();
  const name = column?.name ?? "";
  return useQuery({
    queryKey: [...dataKeys.table(here.project.id, table.id), "trial", name, change],
    queryFn: ({ signal }) =>
      client.changeColumn({ table: table.id, column: name, body: { ...change, dryRun: true }, signal }),
    enabled: change !== null && Object.keys(change).some((field) => field !== "name"),
    staleTime: 0,
    gcTime: 0,
  });
}

function Trial({ trial }: { trial: ReturnType<typeof useTrial> }) {
  if (trial.isError) return <ErrorNote error={trial.error} />;
  if (trial.data === undefined)
    return (
      <p role="status" className="text-13 text-text-2">
        {trial.isFetching ? words.looking : ""}
      </p>
    );
  const { failures, examples } = trial.data;
  if (failures === 0)
    return (
      <p role="status" className="text-13 text-done">
        {words.fits}
      </p>
    );
  return (
    <div role="status" className="rounded-md border border-failed/40 bg-failed/5 px-3 py-2.5 text-13">
      <p className="font-medium">{words.obstacles(failures)}</p>
      <ul className="mt-1 list-disc pl-5 text-text-2">
        {examples.map(({ row, value }) => (
          <li key={row} className="break-words">
            {value === null ? words.emptyValue : <q>{visible(value)}</q>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function DropColumn({ table, column, close }: { table: Table; column: Column; close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const [asking, setAsking] = useState(false);
  const drop = useAct({
    act: () => client.dropColumn({ table: table.id, column: column.name }),
    changes: [dataKeys.tables(here.project.id)],
    said: () => words.dropped(column.name),
    after: close,
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {words.drop}
      </Button>
      <TypedConfirm
        title={words.dropTitle(column.name)}
        what={words.dropWhat}
        verb={words.drop}
        word={column.name}
        open={asking}
        close={() => setAsking(false)}
        act={() => drop.mutate()}
      />
    </>
  );
}
