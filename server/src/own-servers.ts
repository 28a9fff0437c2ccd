/** Servers of projects' own that are spoken to otherwise than by HTTP: their databases elsewhere, their mail servers. */
import { createPostgresClient } from "./adapters/postgres-client/create-postgres-client.ts";
import { createSmtpClient } from "./adapters/smtp/create-smtp-client.ts";
import { postgres } from "./connectors/postgres/connector.ts";
import { smtp } from "./connectors/smtp/connector.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import type { FreshSecrets } from "./core/ports/connections.ts";
import type { Actions } from "./gate/action.ts";
import { queryPostgres } from "./gate/query-postgres.ts";
import { sendSmtp } from "./gate/send-smtp.ts";
import type { Closers, Ground } from "./ground.ts";

export interface OwnServers {
  /** By the connections' secrets. */
  actions(secrets: FreshSecrets): Actions;
  /** Ends at once what is under way. */
  abortAll(reason: string): void;
}

export function openOwnServers({ config, clock }: Pick<Ground, "config" | "clock">, closers: Closers): OwnServers {
  const reach = { allow: parseAllowList(config.egressAllow), nowMs: () => clock.monotonicMs() };
  const databases = createPostgresClient({ ...reach, applicationName: "steward" });
  const mail = createSmtpClient(reach);
  closers.push(async () => await Promise.all([databases.close(), mail.close()]));
  return {
    actions: (secrets) => ({
      ...queryPostgres({ connector: postgres, client: databases, secrets }),
      "smtp.send": sendSmtp({ connector: smtp, client: mail, secrets, clock }),
    }),
    abortAll(reason) {
      databases.abortAll(reason);
      mail.abortAll(reason);
    },
  };
}
