/** Names of tables and columns: people's own words, which become identifiers of the database. */

/** PostgreSQL cuts off what is longer. */
const BYTES_MAX = 63;

/** What every table has without anybody's doing, and what later copies of a row would take for something else. */
const TAKEN: ReadonlySet<string> = new Set([
  "id",
  "tableoid",
  "xmin",
  "cmin",
  "xmax",
  "cmax",
  "ctid",
  "__proto__",
  "constructor",
  "prototype",
]);

/** Why a text can't be the name of a table or column, or null. SQL's own words can: identifiers are always quoted. */
export function nameProblem(kind: "table" | "column", name: string): string | null {
  if (name !== name.trim() || name === "") return "a name neither begins nor ends with a space";
  if (!name.isWellFormed() || name !== name.normalize("NFC")) return "write the name in composed letters (NFC)";
  // Unseen characters and those that turn text around make one name look like another.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return "a name has no control or invisible characters";
  if (Buffer.byteLength(name) > BYTES_MAX) return `a name has at most ${BYTES_MAX} bytes as UTF-8`;
  if (kind === "column" && TAKEN.has(name.toLowerCase())) return `"${name}" is the database's own: take another name`;
  // The catalogs come first in the search path: SQL without a schema would mean those.
  if (kind === "table" && /^(pg_|information_schema$)/i.test(name)) return 'names with "pg_" are the database\'s own';
  return null;
}

/** Whether two names are told apart by people: `Name` and `name` are not. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
