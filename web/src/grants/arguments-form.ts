/** An action's arguments as they are typed, by its schema. Pure; the server checks them. */
import { readJson } from "../json-text.ts";
import { branchesOf, isSchema, type JsonSchema, propertiesOf, typesOf } from "./schema-fields.ts";

export type ArgumentKind = "text" | "number" | "boolean" | "choice" | "texts" | "json";
export interface ArgumentField {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly needed: boolean;
  readonly choices: readonly string[];
  readonly help: string | undefined;
}
/** What was typed, by field; empty leaves it out. */
export type Typed = Readonly<Record<string, string>>;

export function argumentFields(schema: JsonSchema): readonly ArgumentField[] {
  const needed = Array.isArray(schema["required"]) ? schema["required"] : [];
  return propertiesOf(schema).map(([name, field]) => {
    const choices = choicesOf(field);
    const { description } = field;
    return {
      name,
      kind: choices.length > 0 ? "choice" : kindOf(field),
      needed: needed.includes(name),
      choices,
      help: typeof description === "string" ? description : undefined,
    };
  });
}

function choicesOf(schema: JsonSchema): readonly string[] {
  const { enum: values } = schema;
  if (Array.isArray(values) && values.every((one) => typeof one === "string")) return values;
  return [];
}

function kindOf(schema: JsonSchema): ArgumentKind {
  const types = new Set(typesOf(schema).filter((type) => type !== "null"));
  if (types.size === 0) return "json";
  if ([...types].every((type) => type === "number" || type === "integer")) return "number";
  const [only] = types;
  if (types.size > 1) return "json";
  if (only === "string") return "text";
  if (only === "boolean") return "boolean";
  return only === "array" && isTexts(schema) ? "texts" : "json";
}

function isTexts(schema: JsonSchema): boolean {
  const lists = [schema, ...branchesOf(schema)].filter(({ items }) => isSchema(items));
  return lists.length > 0 && lists.every(({ items }) => isSchema(items) && typesOf(items).join() === "string");
}

/** The arguments that the typed texts say; else the fields that can't be read as what they are. */
export function argumentsOf(
  fields: readonly ArgumentField[],
  typed: Typed,
): { readonly arguments: Record<string, unknown>; readonly unreadable: ReadonlySet<string> } {
  const given: Record<string, unknown> = {};
  const unreadable = new Set<string>();
  for (const { name, kind } of fields) {
    const text = typed[name] ?? "";
    if (text.trim() === "") continue;
    const value = valueOf(kind, text);
    if (value === undefined) unreadable.add(name);
    else given[name] = value;
  }
  return { arguments: given, unreadable };
}

function valueOf(kind: ArgumentKind, text: string): unknown {
  if (kind === "number") return Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (kind === "boolean") return text === "true";
  if (kind === "texts") return text.split("\n").filter((one) => one.trim() !== "");
  if (kind !== "json") return text;
  const json = readJson(text);
  return json.ok ? json.value : undefined;
}
