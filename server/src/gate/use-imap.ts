/** The actions of the connector `imap`: one task each, on a mailbox of the project's own. */
import type { Action, Connector } from "@steward/sdk";
import { invariant } from "../core/invariant.ts";
import { type ImapServer, parseImapUrl } from "../core/imap-url.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { plainMailAddress } from "../core/mail-address.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ImapAnswer, ImapClient, ImapTask, MailCriteria, MailsAt } from "../core/ports/imap-client.ts";
import type { ActionPerformer, Actions, Check, EffectEnd, Matter } from "./action.ts";
import { endedAs } from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import type { EffectSecrets } from "./connection-secret.ts";
import { actOf, type Given, givenTo, hostOf, openWay, type OpenedWay, usableWith } from "./own-protocol.ts";
import { createEchoSlices } from "./redact-echo.ts";
import { redactJson } from "./redact-json.ts";

export interface UseImapParts {
  readonly connector: Connector;
  readonly client: ImapClient;
  readonly secrets: EffectSecrets;
  readonly clock: Clock;
}

/** As the actions' schemas read it; each has what is its own. */
interface Input {
  readonly folder: string;
  readonly uid: number;
  readonly uids: readonly number[];
  readonly uidValidity?: string;
  readonly limit: number;
  readonly below?: number;
  readonly part: string;
  readonly to: string | readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly from: string;
  readonly fromName: string;
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly flags: readonly string[];
}
type Subject = Given<Input>;

/** Of one attachment, decoded: what the connector's schema says. */
const ATTACHMENT_BYTES_MAX = 10_000_000;

type TaskOf = (input: Input, effect: { readonly id: string; readonly atMs: number }) => ImapTask;

const TASKS: Readonly<Record<string, TaskOf>> = {
  list_folders: () => ({ does: "list" }),
  search: ({ folder, limit, below = null, ...criteria }) => ({
    does: "search",
    folder,
    limit,
    below,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the schema of `search` has beside these
    criteria: criteria as unknown as MailCriteria,
  }),
  read: (input) => ({ does: "read", at: oneOf(input) }),
  attachment: (input) => ({ does: "attachment", at: oneOf(input), part: input.part, bytesMax: ATTACHMENT_BYTES_MAX }),
  move: (input) => ({ does: "move", at: allOf(input), to: String(input.to) }),
  mark: (input) => ({ does: "mark", at: allOf(input), add: input.add, remove: input.remove }),
  delete: (input) => ({ does: "delete", at: allOf(input) }),
  append: (input, { id, atMs }) => {
    const { folder, from, fromName, to, cc, subject, text, html, flags } = input;
    const mail = {
      id,
      from: plain(from),
      fromName,
      to: [to].flat().map(plain),
      cc: cc.map(plain),
      bcc: [],
      replyTo: null,
      subject,
      text,
      html,
      attachments: [],
      createdMs: atMs,
    };
    return { does: "append", folder, mail, flags };
  },
};

function oneOf({
  folder,
  uid,
  uidValidity = null,
}: Omit<Input, "uidValidity"> & { uidValidity?: string | null }): MailsAt {
  return { folder, uids: [uid], uidValidity };
}

function allOf({
  folder,
  uids,
  uidValidity = null,
}: Omit<Input, "uidValidity"> & { uidValidity?: string | null }): MailsAt {
  return { folder, uids, uidValidity };
}

/** Each was looked at by a check. */
function plain(address: string): string {
  return plainMailAddress(address) ?? "";
}

/** One performer for each action of the connector. */
export function useImap(parts: UseImapParts): Actions {
  const { id, actions } = parts.connector;
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [`${id}.${name}`, performer(parts, name, action)]),
  );
}

function performer(parts: UseImapParts, name: string, action: Action): ActionPerformer<Subject> {
  const taskOf = TASKS[name];
  invariant(taskOf !== undefined, `there is nothing to ask a mailbox for by ${name}`);
  return {
    gather: (call) => givenTo<Input>(action, call),
    act: (given, call) => actOf(action, given, call),
    usable: usableWith(parts.connector),
    checks: name === "append" ? ADDRESSES : [],
    facts: (_given, connection) => ({ host: hostOf(connection) }),
    intentFacts: () => ({}),
    perform: (matter) => perform(parts, action, taskOf, matter),
  };
}

const ADDRESSES: readonly Check<Subject>[] = [
  {
    name: "mail_addresses",
    judge({ subject }) {
      if (!subject.ok) return null;
      const { from, to, cc } = subject.input;
      if ([from, ...[to].flat(), ...cc].every((address) => plainMailAddress(address) !== null)) return null;
      return { code: "arguments_invalid", message: "one of the addresses is no plain mail address" };
    },
  },
];

async function perform(
  { client, secrets, clock }: UseImapParts,
  action: Action,
  taskOf: TaskOf,
  matter: Matter<Subject>,
): Promise<EffectEnd> {
  const { call, keys, subject } = matter;
  invariant(subject.ok, "arguments that can't be read were refused");
  const way = await openMailbox(secrets, matter);
  if ("end" in way) return way.end;
  // The same at every sending of this effect, and of no other: a mail that is there already is not put there twice.
  const id = keys.digest("effect", "mail", call.run, call.step, call.path.join(".")).toString("base64url");
  const task = taskOf(subject.input, { id, atMs: clock.nowMs() });
  return await endOf(await ask(client, way, task, matter), way, (result) => action.output.safeParse(result).success);
}

export interface Mailbox extends OpenedWay {
  readonly server: ImapServer;
}

export async function openMailbox(
  secrets: EffectSecrets,
  matter: Matter,
): Promise<Mailbox | { readonly end: EffectEnd }> {
  const way = await openWay(secrets, matter);
  if ("end" in way) return way;
  const server = parseImapUrl(way.address);
  if (server !== null) return { ...way, server };
  return { end: endedAs("refused", { code: "url_invalid", message: "the connection's address is none of a mailbox" }) };
}

export async function ask(
  client: ImapClient,
  { server, user, password }: Mailbox,
  task: ImapTask,
  { call }: Matter,
): Promise<ImapAnswer> {
  return await client.perform({
    server,
    user,
    password,
    task,
    partition: call.project,
    timeoutMs: call.effect.timeoutMs,
    signal: call.signal,
    beforeFirstByte: () => judgeCancelled(call) === null,
  });
}

/** What the answer means to the step (R5), with nothing in it that gives the password away. */
export async function endOf(
  answer: ImapAnswer,
  { secret: { forms } }: OpenedWay,
  isAsPromised: (result: JsonObject) => boolean,
): Promise<EffectEnd> {
  const slices = createEchoSlices(forms);
  if (answer.kind === "answer") {
    invariant(isAsPromised(answer.result), "the mailbox's answer has the form that the connector promises");
    return { outcome: { kind: "done", result: await redactJson(answer.result, slices) }, facts: {} };
  }
  const message: Json = await redactJson(answer.message, slices);
  return endedAs(answer.kind, { code: answer.code, message: typeof message === "string" ? message : "" });
}
