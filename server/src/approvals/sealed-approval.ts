/** What of an approval is sealed: what would be sent, and what people said beside their word. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { canonicalJson, type Json, type JsonObject, parseOwn } from "../core/json.ts";
import { digestInput } from "../core/policy/canonical.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";

const ARGUMENTS = placeOf("approvals", "arguments");
const CHANGED = placeOf("approvals", "changed");
const NOTE = placeOf("approval_decisions", "note");

export function sealArguments(keys: ProjectKeys, id: string, given: Json): Buffer {
  return keys.seal("approval", ARGUMENTS, uuidBytes(id), Buffer.from(canonicalJson(given)));
}

export function openArguments(keys: ProjectKeys, id: string, sealed: Buffer): Json {
  return parseOwn<Json>(keys.open("approval", ARGUMENTS, uuidBytes(id), sealed).toString());
}

export function sealChanged(keys: ProjectKeys, id: string, given: JsonObject): Buffer {
  return keys.seal("approval", CHANGED, uuidBytes(id), Buffer.from(canonicalJson(given)));
}

export function openChanged(keys: ProjectKeys, id: string, sealed: Buffer): JsonObject {
  return parseOwn<JsonObject>(keys.open("approval", CHANGED, uuidBytes(id), sealed).toString());
}

/** A person's word is told apart by what it is on. */
function noteRow(approval: string, account: string, digest: Buffer): Buffer {
  return Buffer.concat([uuidBytes(approval), uuidBytes(account), digest]);
}

interface NoteOf {
  readonly approval: string;
  readonly account: string;
  readonly digest: Buffer;
}

export function sealNote(keys: ProjectKeys, { approval, account, digest }: NoteOf, note: string): Buffer {
  return keys.seal("approval", NOTE, noteRow(approval, account, digest), Buffer.from(note));
}

export function openNote(keys: ProjectKeys, { approval, account, digest }: NoteOf, sealed: Buffer): string {
  return keys.open("approval", NOTE, noteRow(approval, account, digest), sealed).toString();
}

/** Of an effect as the gate makes it (`digestEffect`), so that what is approved is what passes. */
export function digestOf(
  keys: ProjectKeys,
  effect: { readonly action: string; readonly connection: string | null; readonly arguments: JsonObject },
): Buffer {
  return keys.digest("effect", "arguments", ...digestInput(effect));
}
