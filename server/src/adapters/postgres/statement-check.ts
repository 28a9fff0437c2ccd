import { invariant } from "../../core/invariant.ts";
import type { SqlValue, Statement } from "../../core/ports/database.ts";

/**
 * Makes a check that finds, before anything is sent, what the driver would find only while
 * sending: a value it can't write, a name given to two texts. In a pipeline the driver would skip
 * such a statement alone, and the commit behind it would make half a transaction permanent.
 */
export function makeStatementCheck(): (statement: Statement<object>) => void {
  const texts = new Map<string, string>();
  return ({ name, text, values = [] }) => {
    for (const value of values)
      invariant(isSqlValue(value), `a parameter of ${name ?? text} is none the database can take`);
    if (name === undefined) return;
    invariant(name !== "" && Buffer.byteLength(name) < 64, `a statement's name has 1 to 63 bytes: ${name}`);
    const known = texts.get(name);
    if (known === undefined) texts.set(name, text);
    else invariant(known === text, `the statement name ${name} stands for two texts`);
  };
}

function isSqlValue(value: unknown): value is SqlValue {
  if (value === null || value instanceof Uint8Array) return true;
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (Array.isArray(value)) return value.every(isSqlValue);
  return ["string", "number", "boolean", "bigint"].includes(typeof value);
}
