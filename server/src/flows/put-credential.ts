import type { Credential, PutCredential } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { actOn, type AuditEntry } from "../core/audit-entry.ts";
import { parseAddress } from "../core/egress/address.ts";
import { normalizeName } from "../core/egress/host-name.ts";
import { judgeHeaders } from "../core/egress/judge-headers.ts";
import { AppError } from "../core/errors.ts";
import { showId, uuidBytes } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { readFlowNames } from "../store/connection-refs.ts";
import { putCredential as putCredentialRow } from "../store/credentials.ts";
import { hasGrantOn, insertGrant } from "../store/grants.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { showCredential } from "./show-credential.ts";

const SECRET = placeOf("credentials", "secret");

/**
 * Sets a credential, write-only: nothing gives the secret back, and only the gate opens it. One of the
 * same slug is replaced whole, hosts and all, so that nobody can point a secret they don't know at
 * another host. `by` is the member who did it, `actor` what the audit
 * names. Throws `value_invalid` with `field`.
 */
export async function putCredential(
  parts: Pick<FlowParts, "database" | "projects" | "clock" | "ids">,
  scope: Scope,
  slug: string,
  given: PutCredential,
  by: string,
  actor: string,
): Promise<Credential> {
  const { kind } = given;
  const text = secretText(given);
  const header = headerOf(given);
  const hosts = hostsOf(given);
  const { keys } = await parts.projects.get(scope);
  const id = parts.ids.uuid();
  const plain = Buffer.from(text);
  const secret = keys.seal("credential", SECRET, uuidBytes(id), plain);
  plain.fill(0);
  const row = { id, slug, kind, header, hosts, secret, setAt: parts.clock.nowMs(), setBy: by };
  await inScope(parts.database, scope, async (tx) => {
    await tx.query(putCredentialRow(scope, row));
    const granted = kind === "secret" ? [] : await grantUse(parts, tx, scope, slug, given.flows ?? [], actor);
    const facts = { id: showId("crd", id), kind, hosts: hosts.length };
    const act = actOn(scope.project, actor, "credential.set", `credential:${slug}`, facts, row.setAt);
    await appendActs(tx, scope.organization, [act, ...granted], row.setAt);
  });
  return showCredential(row);
}

/**
 * What is sent needs a grant, so setting one makes it, visibly: for the flows that are named, else for every flow of the
 * project. One that has a grant keeps it: who narrowed that does not find it widened by a new secret. Gives what is to be
 * audited. Throws `value_invalid` for a flow that is not there.
 */
async function grantUse(
  { ids, clock }: Pick<FlowParts, "ids" | "clock">,
  tx: Transaction,
  scope: Scope,
  slug: string,
  flows: readonly string[],
  by: string,
): Promise<readonly AuditEntry[]> {
  if (await hasGrantOn(tx, scope.project, slug)) return [];
  const known = await readFlowNames(tx, scope.project, flows);
  const missing = flows.find((flow) => !known.has(`flow:${flow}`));
  if (missing !== undefined) throw invalid("flows", `there is no flow "${missing}" here: push it first`);
  const atMs = clock.nowMs();
  const acts: AuditEntry[] = [];
  for (const to of flows.length === 0 ? ["project"] : [...new Set(flows)].map((flow) => `flow:${flow}`)) {
    const id = ids.uuid();
    const line = { actions: ["http.request"], when: [], rate: [], money: [] };
    const form = { to, credential: slug, lines: [line], note: "" };
    const grant = {
      id,
      kind: "grant",
      principal: to,
      connection: null,
      credential: slug,
      form,
      givenBy: null,
    } as const;
    for (const statement of insertGrant(scope, { ...grant, by, atMs })) await tx.query(statement);
    const facts = { to, about: `credential:${slug}`, lines: 1 };
    acts.push(actOn(scope.project, by, "grant.given", showId("grt", id), facts, atMs));
  }
  return acts;
}

/** What is sealed, as `CredentialRow` has it. */
function secretText({ kind, secret, user }: PutCredential): string {
  if (kind === "basic") {
    if (user === undefined) throw invalid("user", "give the user of basic authorization");
    if (user.includes(":")) throw invalid("user", "a user of basic authorization holds no colon (RFC 7617)");
    return `${user}:${secret}`;
  }
  if (user !== undefined) throw invalid("user", `a credential of kind ${kind} has no user: use basic`);
  return secret;
}

function headerOf({ kind, header, secret }: PutCredential): string | null {
  if (kind !== "header" && header !== undefined)
    throw invalid("header", `a credential of kind ${kind} names no header: use header`);
  if (kind === "header" && header === undefined) throw invalid("header", "name the header that carries the secret");
  const name = header ?? "authorization";
  if (judgeHeaders([[name, ""]])) throw invalid("header", `the header ${name} is set by Steward: name another`);
  // The message of `judgeHeaders` names no value, but says that one is wrong: the secret's field is what the caller sent.
  if ((kind === "header" || kind === "bearer") && judgeHeaders([[name, secret]])) {
    throw invalid("secret", "the secret holds a line end or a character that no header can carry");
  }
  return header?.toLowerCase() ?? null;
}

function hostsOf({ kind, hosts = [] }: PutCredential): string[] {
  if (kind === "secret") {
    if (hosts.length > 0) throw invalid("hosts", "a credential of kind secret is never sent, so it has no hosts");
    return [];
  }
  if (hosts.length === 0) throw invalid("hosts", "name the hosts it may be sent to, for instance api.example.com");
  return [...new Set(hosts.map((host, at) => hostPattern(host, `hosts[${at}]`)))];
}

/** A pattern as `hostMatches` reads it, in its plain spelling. */
function hostPattern(text: string, field: string): string {
  const isBelow = text.startsWith("*.");
  const name = normalizeName(isBelow ? text.slice(2) : text);
  if (name !== null) return isBelow ? `*.${name}` : name;
  const address = isBelow ? null : parseAddress(text.replace(/^\[(.*)\]$/, "$1"));
  if (address !== null) return address.text;
  throw invalid(
    field,
    `"${text}" is not a host: write api.example.com, *.example.com or an address, without scheme, port or path`,
  );
}

function invalid(field: string, message: string): AppError {
  return new AppError("value_invalid", `${field}: ${message}`, { field });
}
