/** What is sealed of a flow: its draft, and the flow file of each version. */
import { AgentFile, FlowFile, type DraftProblem } from "@steward/sdk";
import type { z } from "zod";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { uuidBytes } from "../core/id.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { FlowKind } from "../store/flows.ts";

const DRAFT = placeOf("flows", "draft");
const DEFINITION = placeOf("flow_versions", "definition");

/** What a draft means: a flow file or an agent file. */
export type Drafted =
  | { readonly kind: "flow"; readonly file: FlowFile }
  | { readonly kind: "agent"; readonly file: AgentFile };

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
  return readStored(FlowFile, draft);
}

/** The same of either kind. */
export function draftedOf(kind: FlowKind, draft: Draft): Drafted {
  return kind === "flow" ? { kind, file: fileOf(draft) } : { kind, file: readStored(AgentFile, draft) };
}

function readStored<Schema extends z.ZodType>(schema: Schema, draft: Draft): z.output<Schema> {
  const { data, error } = schema.safeParse(draft.written);
  if (error === undefined) return data;
  const field = error.issues[0]?.path.join(".") ?? "";
  throw new AppError("flow_invalid", `the stored draft is no file for this Steward (${field}): push it again`);
}

/** A version's file with its defaults written out, so that they can't change under it (R7). */
export function sealDefinition(
  keys: ProjectKeys,
  flow: string,
  version: number,
  file: FlowFile,
  agent?: AgentFile,
): Buffer {
  return keys.seal("flow", DEFINITION, versionRow(flow, version), Buffer.from(JSON.stringify({ ...file, agent })));
}

export function openDefinition(keys: ProjectKeys, flow: string, version: number, sealed: Buffer): FlowFile {
  const { agent: _agent, ...file } = openStored(keys, flow, version, sealed);
  return file;
}

/** What was published: the flow file, of an agent the agent file that it was compiled from. */
export function openPublished(keys: ProjectKeys, flow: string, version: number, sealed: Buffer): Json {
  const { agent, ...file } = openStored(keys, flow, version, sealed);
  return plainFile(agent ?? file);
}

function openStored(
  keys: ProjectKeys,
  flow: string,
  version: number,
  sealed: Buffer,
): FlowFile & { agent?: AgentFile } {
  const stored: FlowFile & { agent?: AgentFile } = JSON.parse(
    keys.open("flow", DEFINITION, versionRow(flow, version), sealed).toString(),
  );
  return stored;
}

/** A version's row as its sealed definition is bound to it. */
export function versionRow(flow: string, version: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  return Buffer.concat([uuidBytes(flow), number]);
}

/** The same for files that mean the same; keyed, since a plain digest would let a guess of the file be confirmed. */
export function digestFile(keys: ProjectKeys, file: FlowFile | AgentFile): Buffer {
  return keys.digest("search", "flow file", canonicalJson(plainFile(file)));
}

/** A file as JSON: fields that are not given are not there. */
export function plainFile(file: FlowFile | AgentFile): Json {
  const plain: Json = JSON.parse(JSON.stringify(file));
  return plain;
}
