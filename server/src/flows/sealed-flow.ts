/** What is sealed of a flow: its draft, and the flow file of each version. */
import { FlowFile, type DraftProblem } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { uuidBytes } from "../core/id.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";

const DRAFT = placeOf("flows", "draft");
const DEFINITION = placeOf("flow_versions", "definition");

/** `written` is the flow file as it was pushed, without the defaults that reading it fills in. */
export interface Draft {
  readonly written: Json;
  readonly problems: readonly DraftProblem[];
}

export function sealDraft(keys: ProjectKeys, flow: string, draft: Draft): Buffer {
  return keys.seal("flow", DRAFT, uuidBytes(flow), Buffer.from(JSON.stringify(draft)));
}

export function openDraft(keys: ProjectKeys, flow: string, sealed: Buffer): Draft {
  const draft: Draft = JSON.parse(keys.open("flow", DRAFT, uuidBytes(flow), sealed).toString());
  return draft;
}

/** The flow file in a draft. Throws `flow_invalid` when a newer Steward no longer reads what an older one stored. */
export function fileOf(draft: Draft): FlowFile {
  const { data, error } = FlowFile.safeParse(draft.written);
  if (data) return data;
  const field = error.issues[0]?.path.join(".") ?? "";
  throw new AppError("flow_invalid", `the stored draft is not a flow file for this Steward (${field}): push it again`);
}

/** A version's file with its defaults written out, so that they can't change under it (R7). */
export function sealDefinition(keys: ProjectKeys, flow: string, version: number, file: FlowFile): Buffer {
  return keys.seal("flow", DEFINITION, versionRow(flow, version), Buffer.from(JSON.stringify(file)));
}

export function openDefinition(keys: ProjectKeys, flow: string, version: number, sealed: Buffer): FlowFile {
  const file: FlowFile = JSON.parse(keys.open("flow", DEFINITION, versionRow(flow, version), sealed).toString());
  return file;
}

/** A version's row as its sealed definition is bound to it. */
export function versionRow(flow: string, version: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  return Buffer.concat([uuidBytes(flow), number]);
}

/** The same for files that mean the same; keyed, since a plain digest would let a guess of the file be confirmed. */
export function digestFile(keys: ProjectKeys, file: FlowFile): Buffer {
  return keys.digest("search", "flow file", canonicalJson(plainFile(file)));
}

/** A flow file as JSON: fields that are not given are not there. */
export function plainFile(file: FlowFile): Json {
  const plain: Json = JSON.parse(JSON.stringify(file));
  return plain;
}
