import { COLUMN_TYPES, type ColumnType } from "@steward/sdk";
import { InvalidArgumentError } from "commander";

/** A column's type, as an argument has it. */
export function readColumnType(text: string): ColumnType {
  const type = COLUMN_TYPES.find((one) => one === text);
  if (type !== undefined) return type;
  throw new InvalidArgumentError(`A column is one of: ${COLUMN_TYPES.join(", ")}.`);
}
