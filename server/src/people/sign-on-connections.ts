import type { NewSignOnConnection, SignOnConnection, SignOnConnectionChange } from "@steward/sdk";
import type { z } from "zod";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { parseId, showId, uuidBytes } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import {
  type ConnectionRow,
  deleteConnection,
  findConnection,
  listConnections,
  putConnection,
} from "../store/sign-on.ts";
import type { Acting } from "./act.ts";
import { invalidField, tooMany } from "./refusals.ts";
import { actOnSignOn, reachOf } from "./sign-on-act.ts";
import { readCertificate } from "./sign-on-certificate.ts";
import type { SignOnActor, SignOnParts } from "./sign-on-parts.ts";
import { showConnection } from "./sign-on-show.ts";

const CONNECTIONS_MAX = 5;
const SECRET = placeOf("sign_on_connections", "client_secret");

type Where = { readonly organization: string; readonly connection: string };

export async function listSignOnConnections(
  parts: SignOnParts,
  organization: string,
): Promise<readonly SignOnConnection[]> {
  const rows = await inScope(parts.database, organizationScope(organization), (tx) =>
    listConnections(tx, organization),
  );
  return rows.map((row) => showConnection(parts.publicUrl, row));
}

/** Throws `not_found`. */
export async function getSignOnConnection(
  parts: SignOnParts,
  { organization, connection }: Where,
): Promise<SignOnConnection> {
  const row = await inScope(parts.database, organizationScope(organization), (tx) =>
    readConnection(tx, organization, connection),
  );
  return showConnection(parts.publicUrl, row);
}

/** Adds a provider. Nothing is asked of it before somebody signs on. Throws `conflict` when there are 5, `value_invalid`. */
export async function createSignOnConnection(
  parts: SignOnParts,
  actor: SignOnActor,
  organization: string,
  given: z.output<typeof NewSignOnConnection>,
): Promise<SignOnConnection> {
  const id = parts.ids.uuid();
  return await actOnSignOn(parts, actor, organization, "createSignOnConnection", async (acting) => {
    const there = await listConnections(acting.tx, organization);
    if (there.length >= CONNECTIONS_MAX) throw tooMany("providers", CONNECTIONS_MAX);
    const own =
      given.kind === "oidc"
        ? {
            issuer: issuerUrl(given.issuer),
            clientId: given.clientId,
            clientSecret: await seal(parts, id, given.clientSecret),
            signOnUrl: null,
            certificates: null,
          }
        : {
            issuer: given.issuer,
            clientId: null,
            clientSecret: null,
            signOnUrl: given.signOnUrl,
            certificates: given.certificates.map(pemOf),
          };
    const { kind, name, enabled, emailAttribute, nameAttribute, groupsAttribute, trustsSecondFactor } = given;
    const row = {
      id,
      kind,
      name,
      enabled,
      emailAttribute,
      nameAttribute,
      groupsAttribute,
      trustsSecondFactor,
      ...own,
      ...setBy(acting, actor),
      createdAt: acting.nowMs,
    };
    await acting.tx.query(putConnection(organization, row));
    return {
      result: showConnection(parts.publicUrl, { ...row, usedAt: null }),
      acts: [{ action: "sign_on.connection_created", target: showId("sso", id), facts: { kind, enabled } }],
    };
  });
}

/**
 * Changes a provider; who signed on by it before does so again, whatever changed. Its reach becomes the caller's. Throws
 * `not_found`, `value_invalid` for a field of the other kind, `conflict` for the last one enabled while sign-on is enforced.
 */
export async function changeSignOnConnection(
  parts: SignOnParts,
  actor: SignOnActor,
  { organization, connection }: Where,
  change: SignOnConnectionChange,
): Promise<SignOnConnection> {
  return await actOnSignOn(parts, actor, organization, "changeSignOnConnection", async (acting) => {
    const row = await readConnection(acting.tx, organization, connection);
    requireOfKind(row.kind, change);
    if (row.enabled && change.enabled === false) await requireAnother(acting, row.id);
    const { clientSecret, issuer, certificates, ...rest } = change;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const next: ConnectionRow = {
      ...row,
      ...given,
      ...(issuer === undefined ? {} : { issuer: row.kind === "oidc" ? issuerUrl(issuer) : issuer }),
      ...(clientSecret === undefined ? {} : { clientSecret: await seal(parts, row.id, clientSecret) }),
      ...(certificates === undefined ? {} : { certificates: certificates.map(pemOf) }),
      ...setBy(acting, actor),
    };
    await acting.tx.query(putConnection(organization, next));
    const facts = { fields: Object.keys(change).toSorted().join(" "), enabled: next.enabled };
    return {
      result: showConnection(parts.publicUrl, next),
      acts: [{ action: "sign_on.connection_changed", target: connection, facts }],
    };
  });
}

/** Removes a provider. Throws `not_found`, and `conflict` for the last one enabled while sign-on is enforced. */
export async function deleteSignOnConnection(
  parts: SignOnParts,
  actor: SignOnActor,
  { organization, connection }: Where,
): Promise<void> {
  await actOnSignOn(parts, actor, organization, "deleteSignOnConnection", async (acting) => {
    const { id } = await readConnection(acting.tx, organization, connection);
    await requireAnother(acting, id);
    await acting.tx.query(deleteConnection(organization, id));
    return { result: null, acts: [{ action: "sign_on.connection_deleted", target: connection }] };
  });
}

/** The text of a provider's sealed secret. */
export async function openClientSecret({ signOn }: Pick<SignOnParts, "signOn">, row: ConnectionRow): Promise<string> {
  if (row.clientSecret === null) return "";
  return (await signOn.keys()).open("sign_on", SECRET, uuidBytes(row.id), row.clientSecret).toString("utf8");
}

async function seal({ signOn }: SignOnParts, id: string, secret: string): Promise<Buffer> {
  const plain = Buffer.from(secret, "utf8");
  const sealed = (await signOn.keys()).seal("sign_on", SECRET, uuidBytes(id), plain);
  plain.fill(0);
  return sealed;
}

async function readConnection(tx: Transaction, organization: string, shown: string): Promise<ConnectionRow> {
  const id = parseId("sso", shown);
  const row = id === null ? null : await findConnection(tx, organization, id);
  if (row === null) throw new AppError("not_found", `There is no provider ${shown} here.`);
  return row;
}

async function requireAnother({ tx, organization }: Acting, id: string): Promise<void> {
  if (!organization.signOnEnforced) return;
  const others = (await listConnections(tx, organization.id)).filter((one) => one.enabled && one.id !== id);
  if (others.length === 0)
    throw new AppError("conflict", "Sign-on is enforced, and nobody could come in without this provider.");
}

function setBy(acting: Acting, actor: SignOnActor): Pick<ConnectionRow, "reach" | "setBy" | "changedAt"> {
  return { reach: reachOf(acting), setBy: actor.member, changedAt: acting.nowMs };
}

const OF_KIND = { oidc: ["clientId", "clientSecret"], saml: ["signOnUrl", "certificates"] } as const;

function requireOfKind(kind: ConnectionRow["kind"], change: SignOnConnectionChange): void {
  for (const field of OF_KIND[kind === "oidc" ? "saml" : "oidc"])
    if (change[field] !== undefined) throw invalidField(field, `a provider by ${kind} has none`);
}

/** OpenID Connect Discovery 1.0, section 3: no query, no fragment; compared character by character from then on. */
function issuerUrl(text: string): string {
  const url = URL.parse(text);
  const fits =
    url !== null && /^https?:$/.test(url.protocol) && !/[?#]/.test(text) && url.username === "" && url.password === "";
  if (!fits) throw invalidField("issuer", "an address without query and fragment");
  return text;
}

function pemOf(text: string): string {
  const certificate = readCertificate(text);
  if ("problem" in certificate) throw invalidField("certificates", certificate.problem);
  return certificate.pem;
}
