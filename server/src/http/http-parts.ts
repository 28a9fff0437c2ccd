/** What the HTTP surface works with; built once in `app.ts`. */
import type { HeadSigner } from "../audit/sign-heads.ts";
import type { ApprovalsOutside } from "../approvals/approval-parts.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Database } from "../core/ports/database.ts";
import type { Prove } from "../prove/create-prove.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { TableParts } from "../data/table-parts.ts";
import type { Engine } from "../engine/engine.ts";
import type { FileParts } from "../files/file-parts.ts";
import type { FlowParts } from "../flows/flow-parts.ts";
import type { ConnectionsOutside } from "../connections/connection-parts.ts";
import type { ImportsOutside } from "../connections/import-parts.ts";
import type { GrantsOutside } from "../grants/grant-parts.ts";
import type { WebhookParts } from "../flows/receive-webhook.ts";
import type { PeopleOutside } from "../people/people-parts.ts";
import type { InstallationFacts } from "./installation.ts";
import type { SignOnOutside } from "../people/sign-on-parts.ts";
import type { AccountsOutside } from "./accounts.ts";
import type { Interactivity } from "./slack-interactivity.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { RequestLog } from "./request-log.ts";
import type { ProxySettings } from "./trusted-proxies.ts";

export interface HttpParts extends FlowParts, WebhookParts {
  readonly engine: Engine;
  /** Who people are; null where nobody signs in. */
  readonly identity: Identity | null;
  readonly accounts: AccountsOutside;
  /** Where refused calls are audited, soon and in numbers that nobody can drive up; null is the installation's own log. */
  readonly denials: { note(organization: string | null, entry: AuditEntry): void };
  /** Signs the audit's heads. */
  readonly heads: HeadSigner;
  /** The same server as steward_dispatch: who holds a key or a session. */
  readonly dispatch: Database;
  /** By name, what must hold for this process to be sent work: the database answers, it is migrated, the worker leads. */
  readonly readiness: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  /** What operators are told of the installation. */
  readonly installation: InstallationFacts;
  /** Tries the promises against this installation. */
  readonly prove: Prove;
  /** Null: nothing is limited but by back-pressure. */
  readonly rateLimits: RateLimits | null;
  /** Null: nothing is kept of who calls. */
  readonly requestLog: RequestLog | null;
  /** What `/readyz` tells beside its checks: `certificateDaysLeft`. */
  readonly readinessFacts?: () => Readonly<Record<string, number>>;
  /** What the verbs around people need from elsewhere. */
  readonly people: PeopleOutside;
  /** The same for the verbs around sign-on. */
  readonly signOn: SignOnOutside;
  /** The same for the verbs around grants, limits and budgets. */
  readonly grants: GrantsOutside;
  /** The same for the verbs around approvals. */
  readonly approvals: ApprovalsOutside;
  /** What Slack sends when somebody presses a button of an approval. */
  readonly interactivity: Interactivity;
  /** The same for the verbs around connections. */
  readonly connections: ConnectionsOutside;
  /** The same for the verbs around connectors of documents. */
  readonly imports: ImportsOutside;
  /** The projects' volumes. */
  readonly files: FileParts;
  /** The projects' own databases and the tables in them. */
  readonly tables: TableParts;
  readonly log: (message: string, error?: unknown) => void;
}

/** PEM texts, and the oldest TLS that is spoken. */
export interface TlsSettings {
  readonly key: string;
  readonly cert: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
}

export interface HttpSettings {
  /** Needed beyond loopback (PROMISES B6), unless a trusted proxy ends TLS. */
  readonly tls: TlsSettings | null;
  /** Whose word on where requests come from counts; nobody's by default. */
  readonly proxies?: ProxySettings;
  /** Where the built page lies, `index.html` and its files. */
  readonly pageFolder: string;
  /** Where `*.flow.json` examples lie. */
  readonly examplesFolder: string;
  readonly version: string;
  readonly limits: HttpLimits;
}

export interface HttpLimits {
  readonly bodyBytesMax: number;
  /** For a request to arrive, headers and body; its headers within half of it. */
  readonly requestMsMax: number;
  readonly connectionsMax: number;
  readonly streamsMax: number;
  readonly streamsPerPrincipalMax: number;
  /** Between comments on a silent stream; also how often its caller's right to it is looked up again. */
  readonly heartbeatMs: number;
  /** For requests under way when the server closes. */
  readonly drainMsMax: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytesMax: 10_485_760,
  requestMsMax: 30_000,
  connectionsMax: 10_000,
  streamsMax: 1000,
  streamsPerPrincipalMax: 20,
  heartbeatMs: 15_000,
  drainMsMax: 10_000,
};
