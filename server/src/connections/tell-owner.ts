import { parseId, showId } from "../core/id.ts";
import { plainMailAddress } from "../core/mail-address.ts";
import type { Mail } from "../core/mail-message.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import type { Scope } from "../store/scope.ts";

export interface TellOwnerParts {
  readonly mail: Mail;
  /** Null where nobody signs in. */
  readonly identity: Pick<Identity, "findAccount"> | null;
  readonly connectors: Connectors;
  readonly publicUrl: () => string;
}

/**
 * Writes to whose connection it is, or who made it for the project, that it must be connected again (PROMISES C5): in the
 * caller's transaction. Nobody is written to where that was a service account, or an account that is gone.
 */
export function createTellOwner({ mail, identity, connectors, publicUrl }: TellOwnerParts) {
  return async (
    tx: Transaction,
    scope: Scope,
    connection: Pick<ConnectionFacts, "owner" | "createdBy" | "slug" | "connector">,
  ): Promise<void> => {
    const id = connection.owner ?? parseId("acc", connection.createdBy);
    const account = id === null ? null : ((await identity?.findAccount(id)) ?? null);
    if (account === null || account.deletedAt !== null || plainMailAddress(account.email) === null) return;
    const search = new URLSearchParams({ project: showId("prj", scope.project), open: connection.slug });
    await mail.send(tx, {
      to: account.email,
      template: "reauth_required",
      values: {
        name: account.name,
        provider: (await connectors.find(scope, connection.connector))?.title ?? connection.connector,
        connection: connection.slug,
        link: `${publicUrl()}/connections?${search.toString()}`,
      },
    });
  };
}
