/** Every table and column of the database. A test compares it with the database's own catalogs. */
import { auditTables } from "./audit-tables.ts";
import { dataTables } from "./data-tables.ts";
import type { Table } from "./declare.ts";
import { eventTables } from "./event-tables.ts";
import { fileTables } from "./file-tables.ts";
import { gateTables } from "./gate-tables.ts";
import { groundTables } from "./ground-tables.ts";
import { identityTables } from "./identity-tables.ts";
import { installationTables } from "./installation-tables.ts";
import { keyringTables } from "./keyring-tables.ts";
import { outboundTables } from "./outbound-tables.ts";
import { peopleTables } from "./people-tables.ts";
import { signOnTables } from "./sign-on-tables.ts";
import { usesTables } from "./uses-tables.ts";

export const TABLES = {
  ...groundTables,
  ...peopleTables,
  ...auditTables,
  ...dataTables,
  ...fileTables,
  ...installationTables,
  ...identityTables,
  ...signOnTables,
  ...keyringTables,
  ...gateTables,
  ...eventTables,
  ...outboundTables,
  ...usesTables,
} as const satisfies Record<string, Table>;

/** Where a sealed value lives, by permanent numbers. */
export function placeOf<T extends keyof typeof TABLES>(
  name: T,
  column: keyof (typeof TABLES)[T]["columns"] & string,
): { readonly table: number; readonly column: number } {
  const declared: Table = TABLES[name];
  return { table: declared.number, column: declared.columns[column]!.number };
}
