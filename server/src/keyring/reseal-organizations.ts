import type { Database, Transaction } from "../core/ports/database.ts";
import { inScope, scopeStatement, type Scope } from "../store/scope.ts";
import {
  listSealedRows,
  readSealed,
  replaceSealed,
  type OrganizationColumn,
  type OrganizationRowId,
} from "../store/sealed-of-organizations.ts";
import type { ProjectKeys } from "./keyring.ts";
import { LEFT_MAX, resealOr, type ResealPart } from "./reseal-part.ts";
import { epochOf } from "./sealing-keys.ts";

const PAGE = 50;

/** What organizations keep under the installation's own keys. A page visits one organization after the other, in its scope. */
export function organizationsPart(
  dispatch: Database,
  of: OrganizationColumn,
  reseal: (keys: ProjectKeys, id: string, sealed: Buffer) => Buffer | null,
): ResealPart {
  /** Rows whose epoch fits, among all after the one given; at most `enough`. */
  const count = async (
    database: Database,
    scope: Scope,
    from: OrganizationRowId | null,
    fits: (epoch: number) => boolean,
    enough: number,
  ): Promise<number> => {
    let found = 0;
    for (let after = from; found < enough;) {
      const rows = await listSealedRows(dispatch, of, after, PAGE);
      const epochs = await inScope(database, scope, (tx) => epochsOf(tx, of, rows));
      found += epochs.filter((epoch) => epoch !== null && fits(epoch)).length;
      if (rows.length < PAGE) break;
      after = rows.at(-1)!;
    }
    return Math.min(found, enough);
  };
  return {
    name: `${of.table}.${of.column}`,
    class: "content",
    appendOnly: false,
    async walk(tx, scope, keys, { epoch, after }) {
      const rows = await listSealedRows(dispatch, of, rowOf(after), PAGE);
      let [resealed, kept] = [0, 0];
      for (const row of rows) {
        const before = await readSealed(tx, of, row);
        if (before === null || epochOf(before) === epoch) continue;
        const anew = resealOr(() => reseal(keys, row.id, before));
        if (anew === "damaged") kept++;
        else if (anew !== null && (await replaceSealed(tx, of, row, { before, after: anew }))) resealed++;
      }
      await tx.query(scopeStatement(scope)); // whose part this is
      const last = rows.length < PAGE ? null : rows.at(-1)!;
      return { resealed, kept, after: last && [last.organization, last.id] };
    },
    holds: async (database, scope, epoch) => (await count(database, scope, null, (one) => one === epoch, 1)) > 0,
    left: (database, scope, { epoch, after }) => count(database, scope, rowOf(after), (one) => one !== epoch, LEFT_MAX),
  };
}

async function epochsOf(
  tx: Transaction,
  of: OrganizationColumn,
  rows: readonly OrganizationRowId[],
): Promise<readonly (number | null)[]> {
  const epochs: (number | null)[] = [];
  for (const row of rows) {
    const sealed = await readSealed(tx, of, row);
    epochs.push(sealed === null ? null : epochOf(sealed));
  }
  return epochs;
}

function rowOf(key: readonly string[] | null): OrganizationRowId | null {
  return key === null ? null : { organization: key[0]!, id: key[1]! };
}
