import type { Installation, MailMessage, OutboundConnections } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { WrittenMail } from "../core/mail-message.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { retryMail } from "../mail/retry-mail.ts";
import { openMail } from "../mail/sealed-mail.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { appendActs } from "../store/append-acts.ts";
import { countInstallation } from "../store/installation-facts.ts";
import { listOutbound, type OutboundRow } from "../store/outbound.ts";
import { countOutbox, findOutbox, listOutbox, type OutboxRow } from "../store/outbox.ts";
import { inScope } from "../store/scope.ts";
import type { HttpParts } from "./http-parts.ts";
import { isoTime } from "./present-run.ts";
import type { Call, Handlers, Reply } from "./route-call.ts";

/** What operators are told that stands in the settings. */
export interface InstallationFacts extends Pick<Installation, "version" | "signUp" | "minimumAge" | "tls" | "home"> {
  /**
   * The mail server and the address that mail comes from; null when none is set. `inbox`: whether operators may then
   * read messages here, which is only where nobody but this machine can call.
   */
  readonly mail: { readonly host: string; readonly from: string } | { readonly inbox: boolean };
}

type InstallationRoutes = "getInstallation" | "listOutbound" | "listMail" | "retryMail";

/** The installation as its operators see it. */
export function installationHandlers(parts: HttpParts): Pick<Handlers, InstallationRoutes> {
  return {
    getInstallation: async () => ({ status: 200, body: await read(parts) }),
    listOutbound: (call) => listConnections(parts, call),
    listMail: (call) => listMessages(parts, call),
    async retryMail({ principal, params }) {
      const id = parseId("msg", params.message);
      if (id === null) throw new AppError("not_found", "There is no such message in the outbox.");
      await retryMail(parts, id, principal.shownId);
      const row = await findOutbox(parts.database, id);
      if (row === null) throw new AppError("not_found", "There is no such message in the outbox.");
      return { status: 202, body: presentMail(row, null) };
    },
  };
}

async function read({ database, dispatch, clock, installation }: HttpParts): Promise<Installation> {
  const { mail, ...facts } = installation;
  const [counts, mails] = await Promise.all([
    countInstallation(database, dispatch, clock.nowMs()),
    countOutbox(database),
  ]);
  const shown =
    "host" in mail
      ? ({ state: "server", ...mail } as const)
      : ({ state: mail.inbox ? "inbox" : "kept", host: null, from: null } as const);
  return { ...facts, ...counts, regions: [...counts.regions], mail: { ...shown, counts: mails } };
}

async function listMessages(
  { database, clock, projects, installation }: HttpParts,
  { principal, query: { cursor, limit } }: Call<"listMail">,
): Promise<Reply<"listMail">> {
  const before = cursor === undefined ? null : parseId("msg", cursor);
  if (cursor !== undefined && before === null) throw strangeCursor();
  const rows = await listOutbox(database, { before, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const isInbox = "inbox" in installation.mail && installation.mail.inbox;
  const keys = isInbox ? (await projects.get(INSTALLATION_SCOPE)).keys : null;
  const items = shown.map((row) => presentMail(row, keys));
  const words = items.filter(({ content }) => content !== null).length;
  if (words > 0) await auditLook({ database, clock }, principal.shownId, words);
  return { status: 200, body: { items, next: rows.length > limit ? showId("msg", shown.at(-1)!.id) : null } };
}

/** Messages hold links that let in as somebody else: who reads them is known, before they do. */
async function auditLook(
  { database, clock }: Pick<HttpParts, "database" | "clock">,
  actor: string,
  messages: number,
): Promise<void> {
  const atMs = clock.nowMs();
  const entry = { atMs, project: null, actor, action: "mail.read", target: actor, facts: { messages } };
  await inScope(database, INSTALLATION_SCOPE, (tx) => appendActs(tx, INSTALLATION, [entry], atMs));
}

/** With keys, its words too. */
function presentMail(row: OutboxRow, keys: ProjectKeys | null): MailMessage {
  const mail = keys !== null && row.body !== null ? openMail(keys, row.id, row.body) : null;
  return {
    id: showId("msg", row.id),
    template: row.template,
    status: row.status,
    attempt: row.attempt,
    error: row.errorCode,
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    endedAt: row.endedAt === null ? null : isoTime(row.endedAt),
    content: mail && contentOf(mail),
  };
}

function contentOf({ to, subject, text, links }: WrittenMail): MailMessage["content"] {
  return { to, subject, text, links: [...links] };
}

/** A cursor says how many connections of which hour were shown already. */
async function listConnections(
  { database }: HttpParts,
  { query: { cursor, limit } }: Call<"listOutbound">,
): Promise<Reply<"listOutbound">> {
  const [hour, skip] = readPlace(cursor);
  const rows = await listOutbound(database, { untilMs: hour, skip, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const items = shown.map(presentConnections);
  if (rows.length <= limit) return { status: 200, body: { items, next: null } };
  const last = shown.at(-1)!.hour;
  const before = last === hour ? skip : 0;
  const next = `${last}.${before + shown.filter((row) => row.hour === last).length}`;
  return { status: 200, body: { items, next } };
}

function readPlace(cursor: string | undefined): readonly [hour: number | null, skip: number] {
  if (cursor === undefined) return [null, 0];
  const [, hour, skip] = /^(\d{1,15})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (hour === undefined || skip === undefined) throw strangeCursor();
  return [Number(hour), Number(skip)];
}

function presentConnections(row: OutboundRow): OutboundConnections {
  const { hour, firstAt, lastAt, ...facts } = row;
  return { ...facts, hour: isoTime(hour), firstAt: isoTime(firstAt), lastAt: isoTime(lastAt) };
}

function strangeCursor(): AppError {
  return new AppError("invalid_request", "This cursor is none that was given here.", { field: "cursor" });
}
