/** The action `smtp.send`: one message by a mail server of the project's own. */
import type { Connector } from "@steward/sdk";
import { invariant, unreachable } from "../core/invariant.ts";
import { plainMailAddress } from "../core/mail-address.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { FreshSecrets } from "../core/ports/connections.ts";
import type { MailAnswer } from "../core/ports/mail-transport.ts";
import type { OwnMail, SmtpClient } from "../core/ports/smtp-client.ts";
import { parseSmtpUrl } from "../core/smtp-url.ts";
import { type ActionPerformer, type Check, type EffectEnd, endedAs, type Matter } from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import { actOf, type Given, givenTo, hostOf, openWay, usableWith } from "./own-protocol.ts";

export interface SendSmtpParts {
  readonly connector: Connector;
  readonly client: SmtpClient;
  readonly secrets: FreshSecrets;
  readonly clock: Clock;
}

interface Input {
  readonly from: string;
  readonly fromName: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: string }[];
}

type Subject = Given<Input>;

export function sendSmtp(parts: SendSmtpParts): ActionPerformer<Subject> {
  const action = parts.connector.actions["send"];
  invariant(action !== undefined, "the connector sends");
  return {
    gather: (call) => givenTo<Input>(action, call),
    act: (given, call) => actOf(action, given, call),
    usable: usableWith(parts.connector),
    checks: CHECKS,
    facts: (_given, connection) => ({ host: hostOf(connection) }),
    intentFacts: (given) =>
      given.ok ? { recipients: recipientsOf(given.input).length, attachments: given.input.attachments.length } : {},
    perform: (matter) => perform(parts, matter),
  };
}

const CHECKS: readonly Check<Subject>[] = [
  {
    name: "mail_addresses",
    judge({ subject }) {
      const { from, replyTo } = subject.ok ? subject.input : { from: "", replyTo: null };
      const all = subject.ok ? [from, ...recipientsOf(subject.input), ...(replyTo === null ? [] : [replyTo])] : [from];
      if (all.every((address) => plainMailAddress(address) !== null)) return null;
      return { code: "arguments_invalid", message: "one of the addresses is no plain mail address" };
    },
  },
];

function recipientsOf({ to, cc, bcc }: Input): readonly string[] {
  return [...to, ...cc, ...bcc];
}

async function perform({ client, secrets, clock }: SendSmtpParts, matter: Matter<Subject>): Promise<EffectEnd> {
  const { call, keys, subject } = matter;
  invariant(subject.ok, "arguments that can't be read were refused");
  const way = await openWay(secrets, matter);
  if ("end" in way) return way.end;
  const server = parseSmtpUrl(way.address);
  if (server === null || server.auth !== null)
    return endedAs("refused", { code: "url_invalid", message: "the connection's address is none of a mail server" });
  const auth = { user: way.user, pass: way.password };
  // The same at every sending of this effect, and of no other, so that a receiver may tell a second one.
  const id = keys.digest("effect", "mail", call.run, call.step, call.path.join(".")).toString("base64url");
  const mail = mailOf(subject.input, id, clock.nowMs());
  const answer = await client.send({ ...server, auth }, mail, {
    partition: call.project,
    timeoutMs: call.effect.timeoutMs,
    signal: call.signal,
    beforeFirstByte: () => judgeCancelled(call) === null,
  });
  return endOf(answer, mail);
}

function mailOf({ attachments, ...input }: Input, id: string, createdMs: number): OwnMail {
  return {
    ...input,
    id,
    from: plain(input.from),
    to: input.to.map(plain),
    cc: input.cc.map(plain),
    bcc: input.bcc.map(plain),
    replyTo: input.replyTo === null ? null : plain(input.replyTo),
    attachments: attachments.map(({ name, type, content }) => ({ name, type, bytes: Buffer.from(content, "base64") })),
    createdMs,
  };
}

/** Each was looked at by a check. */
function plain(address: string): string {
  return plainMailAddress(address) ?? "";
}

/** What the server's answer means to the step (R5). Its messages hold codes and never the server's own words. */
function endOf(answer: MailAnswer, { id, from, to, cc, bcc }: OwnMail): EffectEnd {
  switch (answer.kind) {
    case "accepted": {
      const { status, bytes, refused = [] } = answer;
      const accepted = new Set([...to, ...cc, ...bcc]).size - refused.length;
      const result = { messageId: `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`, accepted, refused: [...refused] };
      return { outcome: { kind: "done", result }, facts: { status, bytes, accepted, refused: refused.length } };
    }
    case "rejected": {
      const code = answer.permanent ? "mail_rejected" : "mail_deferred";
      const { outcome } = endedAs("failed", { code, message: answer.message });
      return { outcome, facts: { status: answer.status } };
    }
    case "refused":
      return endedAs(answer.code === "overloaded" ? "failed" : "refused", answer);
    case "unsent":
      return endedAs(answer.code === "mail_sign_in" ? "refused" : "failed", answer);
    case "unknown":
      return endedAs("unknown", answer);
    default:
      return unreachable(answer);
  }
}
