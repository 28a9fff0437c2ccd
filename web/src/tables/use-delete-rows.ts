import type { Row, Table } from "@steward/sdk";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { useAct } from "../ui/use-act.ts";
import { csvOfRows } from "./csv-text.ts";

const { row: words } = say.data.tables;
/** Of one call. */
const DELETED_MAX = 1000;

/** Deletes rows at once; while the notice stands, the same rows come back with their ids. */
export function useDeleteRows({ id, columns }: Table) {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: async (rows: readonly Row[]) => {
      for (const part of partsOf(rows, DELETED_MAX))
        await client.deleteRows({ table: id, body: { ids: part.map((row) => row.id) } });
    },
    changes: [dataKeys.rows(here.project.id, id), dataKeys.table(here.project.id, id)],
    said: (rows) => words.deleted(rows.length),
    undo: async (rows) => {
      // An import keeps the ids. CSV can't tell an empty text from none: rows with such a text come back as new ones.
      const telling = rows.filter(({ values }) => !Object.values(values).includes(""));
      const others = rows.filter((row) => !telling.includes(row)).map(({ values }) => values);
      if (telling.length > 0) await client.importRows({ table: id, body: csvOfRows(columns, telling.toReversed()) });
      for (const part of partsOf(others, DELETED_MAX))
        await client.insertRows({ table: id, body: { rows: [...part] } });
    },
  });
}

function partsOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
