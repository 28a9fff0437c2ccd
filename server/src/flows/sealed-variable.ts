import { placeOf } from "../catalogue/tables.ts";
import type { Json } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";

const VALUE = placeOf("variables", "value");

export function sealVariable(keys: ProjectKeys, name: string, text: string): Buffer {
  return keys.seal("variable", VALUE, Buffer.from(name), Buffer.from(text));
}

export function openVariable(keys: ProjectKeys, name: string, sealed: Buffer): Json {
  const value: Json = JSON.parse(keys.open("variable", VALUE, Buffer.from(name), sealed).toString());
  return value;
}
