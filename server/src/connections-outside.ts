/** Connections put together: the gate's part, which opens secrets, and what the verbs around them need of the rest. */
import { readFileSync } from "node:fs";
import type { Connector } from "@steward/sdk";
import { z } from "zod";
import { createOAuth } from "./adapters/oauth/create-oauth.ts";
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import type { ConnectionsOutside } from "./connections/connection-parts.ts";
import { createRevoker, type Revoker } from "./connections/create-revoker.ts";
import { createTellOwner } from "./connections/tell-owner.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import { AppError } from "./core/errors.ts";
import type { ConnectionSecrets, FreshSecrets } from "./core/ports/connections.ts";
import { type Connectors, connectorsOf } from "./core/ports/connectors.ts";
import type { OAuthClientKeys } from "./core/ports/oauth.ts";
import type { PolicyWords } from "./core/ports/policy-words.ts";
import type { ActionPerformer } from "./gate/action.ts";
import { createConnectionSecrets } from "./gate/create-connection-secrets.ts";
import { createFreshSecrets } from "./gate/oauth-refresh.ts";
import { revokeConnection } from "./gate/revoke-connection.ts";
import type { SignInWays } from "./gate/sign-in.ts";
import type { Ground } from "./ground.ts";
import { openConnectors } from "./open-connectors.ts";

export interface BuiltConnections {
  readonly connectors: Connectors;
  /** Those of the program, where the operator has them. */
  readonly own: readonly Connector[];
  readonly installationClients: ReadonlySet<string>;
  /** What effects ask for. */
  readonly fresh: FreshSecrets;
  /** What the verbs around connections ask for. */
  readonly secrets: ConnectionSecrets;
  readonly revoke: ActionPerformer;
}

/** The part of connections that every process has. Throws `start_refused` for a file of OAuth clients that is not right. */
export function buildConnections(
  ground: Ground,
  { mail, identity }: Entry,
  imported: Connectors,
  signIn: SignInWays = {},
): BuiltConnections {
  const { config, db, clock, ids, log, egress, ledger, keysOf, publicUrl } = ground;
  const own = openConnectors(config);
  const connectors = connectorsOf(own, imported);
  const installationClients = readOAuthClients(config.oauthClients);
  const parts = {
    database: db.database,
    keysOf,
    connectors,
    installationClients,
    oauth: createOAuth({ egress, note: ledger.note }),
    egress,
    note: ledger.note,
    clock,
    ids,
    signIn,
    tellOwner: createTellOwner({ mail, identity, connectors, publicUrl }),
    log,
  };
  const fresh = createFreshSecrets(parts);
  return {
    connectors,
    own,
    installationClients: new Set(installationClients.keys()),
    fresh,
    secrets: createConnectionSecrets(parts, fresh),
    revoke: revokeConnection(parts),
  };
}

/** What the verbs of a process that answers need. */
export function connectionsOutside(
  { db, clock, keysOf, log }: Ground,
  { connections, projects, versions, engine, endings }: Built,
  words: Pick<PolicyWords, "sayChanged" | "sayRevoked">,
): { readonly outside: ConnectionsOutside; readonly revoker: Revoker } {
  const { database, dispatch } = db;
  const revoker = createRevoker({ database, dispatch, clock, projects, versions, engine: engine.engine, log });
  const { connectors, installationClients, secrets } = connections;
  return {
    outside: { connectors, installationClients, secrets, keysOf, words, endings, revokeSoon: () => revoker.soon() },
    revoker,
  };
}

const Clients = z.record(
  z.string().regex(/^[a-z][a-z0-9_]{0,30}$/),
  z.strictObject({ clientId: z.string().min(1).max(8192), clientSecret: z.string().min(1).max(8192).optional() }),
);

/** By connector. Throws `start_refused`. */
export function readOAuthClients(file: string | null): ReadonlyMap<string, OAuthClientKeys> {
  if (file === null) return new Map();
  const refused = (why: string): AppError =>
    new AppError("start_refused", `STEWARD_OAUTH_CLIENTS: ${file} ${why}`, { variable: "STEWARD_OAUTH_CLIENTS" });
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw refused("can't be read");
  }
  const { data } = Clients.safeParse(parse(text));
  if (data === undefined) throw refused(`is not JSON such as { "gmail": { "clientId": "…", "clientSecret": "…" } }`);
  const known = new Set(CONNECTORS.map(({ id }) => id));
  const strange = Object.keys(data).find((id) => !known.has(id));
  if (strange !== undefined) throw refused(`names ${strange}, which is no connector`);
  return new Map(
    Object.entries(data).map(([id, { clientId, clientSecret = null }]) => [id, { clientId, clientSecret }]),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
