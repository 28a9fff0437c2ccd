/** The outbox's entrance: what is written in a transaction is sent if and only if that commits. */
import { AppError } from "../core/errors.ts";
import { plainMailAddress } from "../core/mail-address.ts";
import type { Mail, MailMessage } from "../core/mail-message.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import { putOutbox } from "../store/outbox.ts";
import type { Scope } from "../store/scope.ts";
import { renderLetter } from "./render-letter.ts";
import { sealMail } from "./sealed-mail.ts";
import { writeLetter } from "./write-letter.ts";

export interface MailParts {
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly ids: Ids;
  readonly clock: Clock;
}

const MINUTE_MS = 60_000;
/** Of what says no life of its own: after a day nobody is helped by it. */
const LIFE_MS = 24 * 60 * MINUTE_MS;

export function createMail({ keysOf, ids, clock }: MailParts): Mail {
  return {
    async send(tx, message) {
      const to = plainMailAddress(message.to);
      if (to === null) throw new AppError("value_invalid", "this is not a mail address", { field: "email" });
      const keys = await keysOf(INSTALLATION_SCOPE);
      const id = ids.uuid();
      const createdMs = clock.nowMs();
      await tx.query(
        putOutbox({
          id,
          template: message.template,
          recipient: recipientDigest(keys, to),
          body: sealMail(keys, id, { to, ...renderLetter(writeLetter(message)) }),
          createdMs,
          expiresMs: createdMs + lifeMs(message),
        }),
      );
    },
  };
}

/** By which all messages to one address are found, whoever has the keys: for an erasure, and for nothing else. */
export function recipientDigest(keys: ProjectKeys, to: string): Buffer {
  return keys.digest("search", "mail recipient", to.toLowerCase());
}

/** A message whose link is over is not sent. */
function lifeMs({ values }: MailMessage): number {
  return "lifeMinutes" in values ? values.lifeMinutes * MINUTE_MS : LIFE_MS;
}
