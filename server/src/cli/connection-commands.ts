import { addConnectionConsent } from "./connection-consent.ts";
import { addConnectionCreate } from "./connection-create.ts";
import { addConnectionDisconnect } from "./connection-disconnect.ts";
import { addConnectionList } from "./connection-list.ts";
import { addConnectionPoll } from "./connection-poll.ts";
import { addConnectionReceipt } from "./connection-receipt.ts";
import { addConnectionReceipts } from "./connection-receipts.ts";
import { addConnectionSecret } from "./connection-secret.ts";
import { addConnectionShow } from "./connection-show.ts";
import { addConnectionTest } from "./connection-test.ts";
import { addConnectorDelete } from "./connector-delete.ts";
import { addConnectorImport } from "./connector-import.ts";
import { addConnectorImported } from "./connector-imported.ts";
import { addConnectorList } from "./connector-list.ts";
import { addConnectorShow } from "./connector-show.ts";
import type { Group } from "./group.ts";
import { addOAuthClientDelete } from "./oauth-client-delete.ts";
import { addOAuthClientList } from "./oauth-client-list.ts";
import { addOAuthClientSet } from "./oauth-client-set.ts";

/** Commands for accounts at providers: what can be connected, and what is. */
export const CONNECTIONS: readonly Group[] = [
  {
    name: "connector",
    summary: "what can be connected",
    commands: [addConnectorList, addConnectorShow, addConnectorImport, addConnectorImported, addConnectorDelete],
  },
  {
    name: "connection",
    summary: "accounts at providers: create, consent, test, disconnect, …",
    commands: [
      addConnectionCreate,
      addConnectionList,
      addConnectionShow,
      addConnectionConsent,
      addConnectionPoll,
      addConnectionTest,
      addConnectionSecret,
      addConnectionDisconnect,
      addConnectionReceipts,
      addConnectionReceipt,
    ],
  },
  {
    name: "oauth-client",
    summary: "the project's own OAuth clients",
    commands: [addOAuthClientSet, addOAuthClientList, addOAuthClientDelete],
  },
];
