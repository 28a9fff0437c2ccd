import { invariant } from "../invariant.ts";

/** An SQL identifier for a name that passed `nameProblem` or that the database's catalogs gave. */
export function quoteIdentifier(name: string): string {
  invariant(name !== "" && !name.includes("\0"), "an identifier has characters, and none of them is U+0000");
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL text where no parameter can stand. Sessions have standard_conforming_strings on. */
export function quoteText(text: string): string {
  invariant(!text.includes("\0"), "an SQL text has no U+0000");
  return `'${text.replaceAll("'", "''")}'`;
}
