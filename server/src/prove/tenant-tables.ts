import type { Table } from "../catalogue/declare.ts";
import { TABLES } from "../catalogue/tables.ts";

const DECLARED: readonly Table[] = Object.values(TABLES);

/** The tables that hold what tenants entrust. */
export const DECLARED_OF_TENANTS: readonly Table[] = DECLARED.filter((table) => table.scope !== "installation");
