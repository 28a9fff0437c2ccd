/** What the makers of a tenant's things work with, and what they make. */
import type { Server } from "node:http";
import type { Pool } from "../src/adapters/postgres/pool.ts";
import type { Answer, WholeSteward } from "./tenant-objects-server.ts";

/** What can be named. Two of each at least, so that one may be changed while the other still stands. */
export type ThingKind =
  | "organization"
  | "project"
  | "projectSlug"
  | "member"
  | "role"
  | "invitation"
  | "invitationToken"
  | "key"
  | "consent"
  | "connection"
  | "domain"
  | "domainName"
  | "scimToken"
  | "groupName"
  | "flow"
  | "agent"
  | "flowVersion"
  | "run"
  | "credential"
  | "variable"
  | "file"
  | "filePath"
  | "folder"
  | "fileVersion"
  | "table"
  | "tableName"
  | "column"
  | "row"
  | "sink"
  | "sinkAddress"
  | "session"
  | "message"
  | "email"
  | "name"
  | "word"
  | "principal"
  | "target"
  | "connectionSlug"
  | "keyedConnection"
  | "importedConnector"
  | "receipt"
  | "grant"
  | "limit"
  | "organizationLimit"
  | "budget"
  | "organizationBudget"
  | "approval"
  | "grantee"
  | "approver"
  | "account"
  | "cursor";

export interface Ground {
  readonly steward: WholeSteward;
  readonly admin: Pool;
  readonly hangsUp: Server;
}

export type Things = Record<ThingKind, string[]>;
export type Call = (
  method: string,
  target: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** What is made step by step. */
export interface Making extends Ground {
  readonly letter: string;
  readonly mark: string;
  readonly things: Things;
  readonly organization: string;
  readonly project: string;
  /** As the owner, in the project. */
  readonly call: Call;
  /** The same, of an answer that must be one. */
  readonly made: (method: string, target: string, body?: unknown) => Promise<Record<string, unknown>>;
}

export const KINDS: readonly ThingKind[] = [
  ...(["organization", "project", "projectSlug", "member", "role", "invitation", "invitationToken", "key"] as const),
  ...([
    "consent",
    "connection",
    "domain",
    "domainName",
    "scimToken",
    "groupName",
    "flow",
    "agent",
    "flowVersion",
    "run",
  ] as const),
  ...(["credential", "variable", "file", "filePath", "folder", "fileVersion", "table", "tableName", "column"] as const),
  ...(["row", "sink", "sinkAddress", "session", "message", "email", "name", "word", "principal", "target"] as const),
  ...(["connectionSlug", "grant", "limit", "organizationLimit", "budget", "organizationBudget", "approval"] as const),
  ...(["grantee", "approver", "account", "receipt", "keyedConnection", "importedConnector"] as const),
  "cursor",
];

/** An answer that must be one. */
export async function must(
  call: Call,
  method: string,
  target: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await call(method, target, body);
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
  return answer.text === "" ? {} : answer.json();
}
