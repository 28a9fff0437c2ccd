/** Each task, by the commands of the library, on a connection that is signed in. */
import type { ImapFlow, MailboxObject, SearchObject } from "imapflow";
import { unreachable } from "../../core/invariant.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ImapTask, MailCriteria, MailsAt, SeenUntil } from "../../core/ports/imap-client.ts";
import { composeOwnMail } from "../smtp/compose-own-mail.ts";
import { readAttachment, readMail, SUMMARY_FIELDS, summaryOf } from "./read-mail.ts";
import { no } from "./task-failure.ts";

const FOLDERS_MAX = 1_000;
/** Numbers looked through at once for new mails: they may have gaps. */
const WINDOW = 10_000;

/** @param begin asked before a command that changes something leaves; throws when none may any more */
export async function doTask(client: ImapFlow, task: ImapTask, begin: () => void): Promise<JsonObject> {
  switch (task.does) {
    case "enter":
      return {};
    case "list":
      return await list(client);
    case "search":
      return await search(client, task);
    case "read": {
      const { uidValidity } = await openAt(client, task.at, true);
      return { ...(await readMail(client, task.at.uids[0]!)), uidValidity: String(uidValidity) };
    }
    case "attachment":
      await openAt(client, task.at, true);
      return await readAttachment(client, task.at.uids[0]!, task.part, task.bytesMax);
    case "move":
      return await move(client, task, begin);
    case "mark":
      return await mark(client, task, begin);
    case "delete":
      return await remove(client, task, begin);
    case "append":
      return await append(client, task, begin);
    case "new":
      return await findNew(client, task);
    default:
      return unreachable(task);
  }
}

async function list(client: ImapFlow): Promise<JsonObject> {
  const found = await client.list();
  const folders = found.slice(0, FOLDERS_MAX).map(({ path, name, specialUse, flags }) => ({
    path,
    name,
    use: specialUse ?? null,
    holdsMail: !flags.has("\\Noselect") && !flags.has("\\NonExistent"),
  }));
  return { folders };
}

async function open(client: ImapFlow, folder: string, readOnly: boolean): Promise<MailboxObject> {
  return await client.mailboxOpen(folder, { readOnly });
}

async function openAt(client: ImapFlow, at: MailsAt, readOnly: boolean): Promise<MailboxObject> {
  const box = await open(client, at.folder, readOnly);
  if (at.uidValidity !== null && String(box.uidValidity) !== at.uidValidity)
    throw no("provider_not_found", "the server has numbered the folder's mails anew since: find them again");
  return box;
}

async function uidsOf(client: ImapFlow, query: SearchObject): Promise<readonly number[]> {
  const found = await client.search(query, { uid: true });
  if (!Array.isArray(found)) throw refused(client, "the server does not search as it was asked to");
  return found;
}

/** What it means that the library gives false: the server said no, or the connection was lost. */
function refused(client: ImapFlow, message: string): Error {
  return client.usable ? no("provider_rejected", message) : new Error("the connection was lost");
}

async function summaries(client: ImapFlow, uids: readonly number[]): Promise<JsonObject[]> {
  if (uids.length === 0) return [];
  const mails = await client.fetchAll(uids.join(","), SUMMARY_FIELDS, { uid: true });
  return mails.map((mail) => summaryOf(mail));
}

async function search(client: ImapFlow, task: Extract<ImapTask, { readonly does: "search" }>): Promise<JsonObject> {
  const { folder, criteria, limit, below } = task;
  const { uidValidity } = await open(client, folder, true);
  if (below === 1) return { uidValidity: String(uidValidity), messages: [], next: null };
  const found = await uidsOf(client, queryOf(criteria, below));
  const newest = found.toSorted((a, b) => b - a);
  const page = newest.slice(0, limit);
  const messages = (await summaries(client, page)).toSorted((a, b) => Number(b["uid"]) - Number(a["uid"]));
  return { uidValidity: String(uidValidity), messages, next: newest.length > limit ? page.at(-1)! : null };
}

function queryOf({ messageId, since, before, ...given }: MailCriteria, below: number | null): SearchObject {
  return {
    all: true,
    ...given,
    ...(messageId === undefined ? {} : { header: { "message-id": messageId } }),
    ...(since === undefined ? {} : { since: new Date(since) }),
    ...(before === undefined ? {} : { before: new Date(before) }),
    ...(below === null ? {} : { uid: `1:${below - 1}` }),
  };
}

/** Of those that are named, which are there. */
async function there(client: ImapFlow, { uids }: MailsAt): Promise<readonly number[]> {
  return await uidsOf(client, { uid: uids.join(",") });
}

async function move(
  client: ImapFlow,
  { at, to }: Extract<ImapTask, { readonly does: "move" }>,
  begin: () => void,
): Promise<JsonObject> {
  await openAt(client, at, false);
  const found = await there(client, at);
  if (found.length === 0) return { moved: 0 };
  // Else the library would copy, and then delete whatever is marked to be.
  if (!client.capabilities.has("MOVE") && !client.capabilities.has("UIDPLUS"))
    throw no("provider_rejected", "the server can neither move mails nor delete single ones (RFC 6851, RFC 4315)");
  begin();
  const moved = await client.messageMove(found.join(","), to, { uid: true });
  if (moved === false) throw refused(client, "the server did not move them: look whether the folder is there");
  return { moved: moved.uidMap === undefined ? null : moved.uidMap.size };
}

async function mark(
  client: ImapFlow,
  { at, add, remove: taken }: Extract<ImapTask, { readonly does: "mark" }>,
  begin: () => void,
): Promise<JsonObject> {
  await openAt(client, at, false);
  const found = await there(client, at);
  if (found.length === 0) return { marked: 0 };
  const range = found.join(",");
  begin();
  const done = [
    add.length === 0 || (await client.messageFlagsAdd(range, [...add], { uid: true })),
    taken.length === 0 || (await client.messageFlagsRemove(range, [...taken], { uid: true })),
  ];
  if (done.includes(false)) throw refused(client, "the server does not keep such marks in that folder");
  return { marked: found.length };
}

async function remove(
  client: ImapFlow,
  { at }: Extract<ImapTask, { readonly does: "delete" }>,
  begin: () => void,
): Promise<JsonObject> {
  await openAt(client, at, false);
  const found = await there(client, at);
  if (found.length === 0) return { deleted: 0 };
  if (!client.capabilities.has("UIDPLUS"))
    throw no("provider_rejected", "the server can't delete single mails (RFC 4315): move them to its bin instead");
  begin();
  if (!(await client.messageDelete(found.join(","), { uid: true })))
    throw refused(client, "the server did not delete them, and may have marked them to be");
  return { deleted: found.length };
}

/** A mail is known by its Message-ID, which is the same whenever this effect is done again: then it is there already. */
async function append(
  client: ImapFlow,
  { folder, mail, flags }: Extract<ImapTask, { readonly does: "append" }>,
  begin: () => void,
): Promise<JsonObject> {
  const messageId = `<${mail.id}@${mail.from.slice(mail.from.lastIndexOf("@") + 1)}>`;
  const { uidValidity } = await open(client, folder, false);
  const [before] = await uidsOf(client, { header: { "message-id": messageId } });
  if (before !== undefined) return { messageId, uid: before, uidValidity: String(uidValidity) };
  const content = await composeOwnMail(mail);
  begin();
  const put = await client.append(folder, content, [...flags], new Date(mail.createdMs));
  if (put === false) throw refused(client, "the server did not take it: look whether the folder is there");
  return {
    messageId,
    uid: put.uid ?? null,
    uidValidity: put.uidValidity === undefined ? null : String(put.uidValidity),
  };
}

/** Oldest first. With another numbering nobody can tell which are new: it begins anew, from what is there by now. */
async function findNew(client: ImapFlow, task: Extract<ImapTask, { readonly does: "new" }>): Promise<JsonObject> {
  const { folder, since, limit } = task;
  const { uidValidity, uidNext } = await open(client, folder, true);
  const last = Math.max(uidNext - 1, 0);
  const at = (uid: number): JsonObject => ({ ...({ uidValidity: String(uidValidity), uid } satisfies SeenUntil) });
  if (since === null || since.uidValidity !== String(uidValidity))
    return { messages: [], until: at(last), more: false };
  if (last <= since.uid) return { messages: [], until: at(since.uid), more: false };
  const end = Math.min(last, since.uid + WINDOW);
  const found = await uidsOf(client, { uid: `${since.uid + 1}:${end}` });
  const fresh = found.filter((uid) => uid > since.uid && uid <= end).toSorted((a, b) => a - b);
  const page = fresh.slice(0, limit);
  const messages = (await summaries(client, page)).toSorted((a, b) => Number(a["uid"]) - Number(b["uid"]));
  const until = fresh.length > page.length ? page.at(-1)! : end;
  return { messages, until: at(until), more: until < last };
}
