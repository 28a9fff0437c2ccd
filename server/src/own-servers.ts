/** Servers of projects' own that are spoken to otherwise than by HTTP: their databases elsewhere, their mail servers. */
import { createImapClient } from "./adapters/imap/create-imap-client.ts";
import { createPostgresClient } from "./adapters/postgres-client/create-postgres-client.ts";
import { createSmtpClient } from "./adapters/smtp/create-smtp-client.ts";
import { imap } from "./connectors/imap/connector.ts";
import { postgres } from "./connectors/postgres/connector.ts";
import { smtp } from "./connectors/smtp/connector.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import type { FreshSecrets } from "./core/ports/connections.ts";
import type { Actions } from "./gate/action.ts";
import type { PollPerformer } from "./gate/ask-for-trigger.ts";
import type { EffectSecrets } from "./gate/connection-secret.ts";
import { pollImap } from "./gate/poll-imap.ts";
import { queryPostgres } from "./gate/query-postgres.ts";
import { sendSmtp } from "./gate/send-smtp.ts";
import type { SignInWays } from "./gate/sign-in.ts";
import { signInWays } from "./gate/sign-in-ways.ts";
import { useImap } from "./gate/use-imap.ts";
import type { Closers, Ground } from "./ground.ts";

export interface OwnServers {
  /** By the connections' secrets. */
  actions(secrets: FreshSecrets): Actions;
  /** Of their events, for `askForTrigger`. */
  polls(secrets: EffectSecrets): Readonly<Record<string, PollPerformer>>;
  /** How each lets somebody in. */
  readonly signIn: SignInWays;
  /** Ends at once what is under way. */
  abortAll(reason: string): void;
}

export function openOwnServers({ config, clock }: Pick<Ground, "config" | "clock">, closers: Closers): OwnServers {
  const reach = { allow: parseAllowList(config.egressAllow), nowMs: () => clock.monotonicMs() };
  const databases = createPostgresClient({ ...reach, applicationName: "steward" });
  const mail = createSmtpClient(reach);
  const mailboxes = createImapClient(reach);
  closers.push(async () => await Promise.all([databases.close(), mail.close(), mailboxes.close()]));
  return {
    actions: (secrets) => ({
      ...queryPostgres({ connector: postgres, client: databases, secrets }),
      ...useImap({ connector: imap, client: mailboxes, secrets, clock }),
      "smtp.send": sendSmtp({ connector: smtp, client: mail, secrets, clock }),
    }),
    polls: (secrets) => pollImap({ client: mailboxes, secrets }),
    signIn: signInWays({ databases, mail, mailboxes }),
    abortAll(reason) {
      databases.abortAll(reason);
      mail.abortAll(reason);
      mailboxes.abortAll(reason);
    },
  };
}
