/** Connections for tests: the gate's own handling of secrets, on an egress that reaches this machine only. */
import type { Connector } from "@steward/sdk";
import { createEgress } from "../src/adapters/egress/create-egress.ts";
import { createOAuth } from "../src/adapters/oauth/create-oauth.ts";
import type { ConnectionsOutside } from "../src/connections/connection-parts.ts";
import { CONNECTORS } from "../src/connectors/catalogue.ts";
import { parseAllowList } from "../src/core/egress/allow-list.ts";
import type { Clock } from "../src/core/ports/clock.ts";
import type { FreshSecrets } from "../src/core/ports/connections.ts";
import { connectorsOf } from "../src/core/ports/connectors.ts";
import type { Database } from "../src/core/ports/database.ts";
import type { Endings } from "../src/core/ports/endings.ts";
import type { Egress } from "../src/core/ports/egress.ts";
import type { Ids } from "../src/core/ports/ids.ts";
import type { PolicyWords } from "../src/core/ports/policy-words.ts";
import type { OAuthClientKeys } from "../src/core/ports/oauth.ts";
import { testEndings } from "../src/flows/endings.testsuite.ts";
import { createConnectionSecrets } from "../src/gate/create-connection-secrets.ts";
import type { ConnectionGateParts } from "../src/gate/oauth-client.ts";
import { createFreshSecrets } from "../src/gate/oauth-refresh.ts";
import { nobodyToTell } from "../src/grants/nobody-to-tell.testsuite.ts";
import type { Keyring } from "../src/keyring/keyring.ts";

export interface ConnectionsGround {
  readonly database: Database;
  readonly dispatch?: Database;
  readonly keyring: Pick<Keyring, "project">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: (message: string, error?: unknown) => void;
  readonly endings?: Endings;
}

export interface ConnectionsOptions {
  readonly connectors?: readonly Connector[];
  readonly clients?: Readonly<Record<string, OAuthClientKeys>>;
  readonly egress?: Egress;
  readonly tellOwner?: ConnectionGateParts["tellOwner"];
  readonly outside?: Partial<ConnectionsOutside>;
}

export interface TestConnections {
  readonly outside: ConnectionsOutside;
  readonly endings: Endings;
  /** Whom both tell. */
  readonly words: PolicyWords;
  readonly fresh: FreshSecrets;
  /** As the gate's action that revokes works with. */
  readonly parts: ConnectionGateParts;
}

/** An egress to servers of the test's own. */
export function loopbackEgress(): Egress {
  return createEgress({ allow: parseAllowList("127.0.0.1"), nowMs: () => performance.now() });
}

export function testConnections(ground: ConnectionsGround, options: ConnectionsOptions = {}): TestConnections {
  const egress = options.egress ?? loopbackEgress();
  const clients = new Map(Object.entries(options.clients ?? {}));
  const keysOf: ConnectionGateParts["keysOf"] = ({ organization, project }) =>
    ground.keyring.project(organization, project);
  const parts: ConnectionGateParts = {
    ...ground,
    keysOf,
    connectors: connectorsOf(options.connectors ?? CONNECTORS),
    installationClients: clients,
    oauth: createOAuth({ egress, note: () => undefined }),
    egress,
    note: () => undefined,
    tellOwner: options.tellOwner ?? (() => Promise.resolve()),
  };
  const fresh = createFreshSecrets(parts);
  const words = nobodyToTell(ground.clock);
  const outside: ConnectionsOutside = {
    connectors: parts.connectors,
    installationClients: new Set(clients.keys()),
    secrets: createConnectionSecrets(parts, fresh),
    keysOf,
    words,
    endings: ground.endings ?? testEndings(ground, { words }),
    revokeSoon: () => undefined,
    ...options.outside,
  };
  return { outside, fresh, parts, words, endings: outside.endings };
}
