import { z } from "zod";

/** The part of JSON Schema that our schemas come out as. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly default?: unknown;
}

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly standard: string;
  readonly meaning: string;
}

/** The fields of an object's schema, those of objects in its lists as `cases[].port`; none when it takes any. */
export function fieldsOf(schema: z.ZodType): readonly Field[] {
  return fieldsIn(toJsonSchema(schema), "");
}

/** What a schema says about itself. */
export function descriptionOf(schema: z.ZodType): string {
  return toJsonSchema(schema).description ?? "";
}

function toJsonSchema(schema: z.ZodType): Schema {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of JSON Schema that is read here
  return z.toJSONSchema(schema, { unrepresentable: "any", io: "input", reused: "inline", cycles: "ref" }) as Schema;
}

function fieldsIn(schema: Schema, prefix: string): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const needed = schema.required?.includes(name) ?? false;
    const standard = one.default === undefined ? (needed ? "needed" : "") : code(one.default);
    const field = { name: `${prefix}${name}`, value: valueOf(one), standard, meaning: one.description ?? "" };
    const inner = one.items?.properties
      ? fieldsIn(one.items, `${prefix}${name}[].`)
      : one.properties
        ? fieldsIn(one, `${prefix}${name}.`)
        : [];
    return [field, ...inner];
  });
}

function valueOf(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(", ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map(valueOf))].join(" or ");
  if (schema.type === "integer") return `whole number${range(schema)}`;
  if (schema.type === "number") return `number${range(schema)}`;
  if (schema.type === "string") return schema.format === "date-time" ? "moment (ISO 8601)" : "text";
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type === "array") {
    const plain = schema.items?.type !== undefined && schema.items.type !== "object";
    return plain ? `list of ${valueOf(schema.items)}` : "list";
  }
  return schema.type === undefined ? "any" : String(schema.type);
}

/** Bounds, but for those of every whole number that JavaScript can hold. */
function range({ minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Schema): string {
  const least = minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : "";
  const most = maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : "";
  return `${least}${most}`;
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** A table in Markdown with its columns aligned, as the formatter writes it. Empty columns are left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => rows.some((row) => row[column] !== ""));
  const cells = [head, ...rows].map((row) =>
    row.filter((_, column) => used[column]).map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")),
  );
  const widths = cells[0]!.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[], fill: string) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(" | ")} |`;
  return [
    line(cells[0]!, " "),
    line(
      widths.map(() => ""),
      "-",
    ),
    ...cells.slice(1).map((row) => line(row, " ")),
  ].join("\n");
}
