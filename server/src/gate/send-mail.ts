/** The action `mail.send`: one message of the outbox, opened at the last moment like a secret, to the mail server. */
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import { invariant, unreachable } from "../core/invariant.ts";
import type { JsonObject } from "../core/json.ts";
import type { MailArguments } from "../core/mail-effect.ts";
import type { WrittenMail } from "../core/mail-message.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { MailAnswer, MailTransport } from "../core/ports/mail-transport.ts";
import { SealError } from "../keyring/seal-error.ts";
import { INSTALLATION } from "../store/installation.ts";
import type { OutboxRow } from "../store/outbox.ts";
import {
  endedAs,
  type ActionPerformer,
  type Check,
  type EffectEnd,
  type EffectRefusal,
  type Matter,
} from "./action.ts";
import { judgeCancelled } from "./checks.ts";

const BODY = placeOf("outbox", "body");

export interface SendMailParts {
  readonly transport: MailTransport;
  /** Asked once for each effect. */
  readonly findMessage: (id: string) => Promise<OutboxRow | null>;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

interface MailSubject {
  readonly given: MailArguments;
  /** Null when it is gone, or the run that asks is none of the installation's own. */
  readonly message: OutboxRow | null;
}

/** Sends what the outbox holds; nothing of it is in the run, which names the message only. */
export function sendMail(parts: SendMailParts): ActionPerformer<MailSubject> {
  return {
    async gather({ project, effect }) {
      const given = readArguments(effect.arguments);
      return { given, message: project === INSTALLATION ? await parts.findMessage(given.message) : null };
    },
    checks: checks(parts),
    facts: () => ({ host: parts.transport.host }),
    intentFacts: ({ given }) => ({ message: showId("msg", given.message), template: given.template }),
    perform: (matter) => send(parts, matter),
  };
}

function checks({ clock }: SendMailParts): readonly Check<MailSubject>[] {
  return [
    { name: "own_run", judge: ({ call }) => (call.project === INSTALLATION ? null : NOT_OURS) },
    { name: "message_there", judge: ({ subject: { message } }) => (message?.body ? null : GONE) },
    {
      name: "message_alive",
      judge: ({ subject: { message } }) => (message !== null && clock.nowMs() < message.expiresAt ? null : EXPIRED),
    },
  ];
}

const NOT_OURS: EffectRefusal = { code: "action_unavailable", message: "only the installation itself sends its mail" };
const GONE: EffectRefusal = { code: "mail_gone", message: "the message is no longer in the outbox" };
const EXPIRED: EffectRefusal = { code: "mail_expired", message: "the message is too old to be of use" };

async function send(parts: SendMailParts, matter: Matter<MailSubject>): Promise<EffectEnd> {
  const { call } = matter;
  const mail = tryOpen(parts, matter);
  if ("code" in mail) return endedAs("refused", mail);
  const { id, createdAt } = mail.row;
  const answer = await parts.transport.send(
    { ...mail.written, id: showId("msg", id), createdMs: createdAt },
    {
      timeoutMs: call.effect.timeoutMs,
      signal: call.signal,
      beforeFirstByte: () => judgeCancelled(call) === null,
    },
  );
  // A setting of the operator's is wrong, and who waits for the message can't mend it.
  if (answer.kind === "refused" && answer.code === "address_forbidden")
    parts.log(`no mail goes out: ${answer.message}`);
  return readAnswer(answer);
}

function tryOpen(
  parts: SendMailParts,
  { keys, subject: { message } }: Matter<MailSubject>,
): { readonly row: OutboxRow; readonly written: WrittenMail } | EffectRefusal {
  if (message === null || message.body === null) return GONE;
  try {
    const written: WrittenMail = JSON.parse(keys.open("mail", BODY, uuidBytes(message.id), message.body).toString());
    return { row: message, written };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    parts.log(`the message ${message.id} of the outbox does not open`, error);
    return { code: "mail_unreadable", message: "the message can't be opened" };
  }
}

/** What the server's answer means to the step (R5). */
function readAnswer(answer: MailAnswer): EffectEnd {
  switch (answer.kind) {
    case "accepted": {
      const { status, bytes } = answer;
      return { outcome: { kind: "done", result: { status } }, facts: { status, bytes } };
    }
    case "rejected": {
      const code = answer.permanent ? "mail_rejected" : "mail_deferred";
      const { outcome } = endedAs("failed", { code, message: answer.message });
      return { outcome, facts: { status: answer.status } };
    }
    case "refused":
      return endedAs(answer.code === "overloaded" ? "failed" : "refused", answer);
    case "unsent":
      return endedAs("failed", answer);
    case "unknown":
      return endedAs("unknown", answer);
    default:
      return unreachable(answer);
  }
}

function readArguments({ message, template }: JsonObject): MailArguments {
  invariant(typeof message === "string" && typeof template === "string", "a mail effect has a message and a template");
  return { message, template };
}
