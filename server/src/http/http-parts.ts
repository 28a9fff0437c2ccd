/** What the HTTP surface works with; built once in `app.ts`. */
import type { Database } from "../core/ports/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { FlowParts } from "../flows/flow-parts.ts";
import type { WebhookParts } from "../flows/receive-webhook.ts";

export interface HttpParts extends FlowParts, WebhookParts {
  readonly engine: Engine;
  /** The same server as steward_dispatch: who holds a key or a session. */
  readonly dispatch: Database;
  /** By name, what must hold for this process to be sent work: the database answers, it is migrated, the worker leads. */
  readonly readiness: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  readonly log: (message: string, error?: unknown) => void;
}

export interface HttpSettings {
  /** Needed beyond loopback (PROMISES B6). PEM texts. */
  readonly tls: { readonly key: string; readonly cert: string; readonly minVersion: "TLSv1.2" | "TLSv1.3" } | null;
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
