/** Connectors, connections to accounts at providers, own OAuth clients, and receipts of disconnecting. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Slug } from "../flow-file.ts";

export const ConnectionId = z.string().regex(/^con_[0-9a-z]{26}$/, "an id that begins with con_");
export const RevocationId = z.string().regex(/^rev_[0-9a-z]{26}$/, "an id that begins with rev_");
export const ConnectorId = z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, "a connector's id such as gmail");
const JsonSchema = z.record(z.string(), z.json());

/** `device`: consent by a code that is entered elsewhere; `none`: nothing is to be proved. */
export const ConnectionAuthentication = z.enum([
  "oauth2",
  "device",
  "client_credentials",
  "service_account",
  "certificate",
  "api_key",
  "basic",
  "none",
]);

export const ConnectorSummary = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  category: z.string(),
  actions: z.int(),
  triggers: z.int(),
  /** How it may be connected, the first being the usual one. */
  authentication: z.array(ConnectionAuthentication),
  /** Whether consent can be asked for at once: the project or the installation has an OAuth client there. */
  hasClient: z.boolean(),
  /** Whether the project brings the address: a service of its own, a database. */
  takesAddress: z.boolean(),
});

export const ConnectorAction = z.object({
  /** As grants and steps name it: `gmail.send`. */
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  class: z.enum(["read", "write", "delete"]),
  scopes: z.array(z.string()),
  repeat: z.enum(["safe", "key", "never"]),
  destination: z.array(z.string()),
  input: JsonSchema,
  output: JsonSchema,
  sample: z.object({ input: z.json(), output: z.json() }),
});

export const ConnectorTrigger = z.object({
  id: z.string(),
  kind: z.enum(["poll", "hook"]),
  title: z.string(),
  summary: z.string(),
  scopes: z.array(z.string()),
  settings: JsonSchema,
  sample: z.json(),
});

export const ConnectorDetails = ConnectorSummary.omit({ actions: true, triggers: true }).extend({
  hosts: z.array(z.string()),
  /** Whether it is the operator who says where the provider is. */
  placed: z.boolean(),
  /** Each scope in plain words. */
  scopes: z.record(z.string(), z.string()),
  actions: z.array(ConnectorAction),
  triggers: z.array(ConnectorTrigger),
  /** Where the provider sends people back to, for one's own OAuth client; null where nobody is sent anywhere. */
  redirectUrl: z.string().nullable(),
  setUp: z.array(z.string()),
  triedAgainst: z.string(),
});

export const ConnectionStatus = z.enum(["pending", "active", "reauth_required", "disconnected"]);

export const Connection = z.object({
  id: ConnectionId,
  slug: Slug,
  connector: z.string(),
  authentication: ConnectionAuthentication,
  status: ConnectionStatus,
  /** The account whose it is (`acc_…`); null: the project's. */
  owner: z.string().nullable(),
  /** The only flow that may use it. */
  flow: Slug.nullable(),
  /** Whose account it is at the provider, as people read it; of a personal connection its owner alone is told. */
  account: z.string().nullable(),
  /** What the provider granted, each in plain words. */
  scopes: z.array(z.object({ scope: z.string(), means: z.string() })),
  /** Hosts that it may be used with. */
  hosts: z.array(z.string()),
  address: z.string().nullable(),
  expiresAt: Time.nullable(),
  refreshedAt: Time.nullable(),
  usedAt: Time.nullable(),
  /** What went wrong last, and still is: `reauth_required`, `provider_unavailable` (not reached), …; gone with a test or effect that succeeds. */
  errorCode: z.string().nullable(),
  createdAt: Time,
  createdBy: z.string(),
  connectedAt: Time.nullable(),
  /** Of Slack: what its app takes as the Request URL of its interactivity, for the buttons of approvals. */
  buttonsUrl: z.string().nullable(),
});

/** A flow whose published version acts with a connection. */
export const ConnectionUser = z.object({
  flow: Slug,
  name: z.string(),
  paused: z.boolean(),
  /** `named` in the flow; the `starter`'s own, whoever that is; or what the `run` comes to. */
  how: z.enum(["named", "starter", "run"]),
});

export const ConnectionDetails = Connection.extend({
  /** By slug; the first 1,000. */
  usedBy: z.array(ConnectionUser),
  /** Other connections of the same account by the same OAuth client, which the provider ends with this one. */
  endsWith: z.array(Slug),
  /** Of one that is pending: the scopes that its last consent asked for, which are asked for again where none are named. */
  asked: z.array(z.string()),
});

/** What a header or a form can carry. */
const Text = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[^\p{Cc}]*$/u, "no line ends or other control characters");

const Pem = z
  .string()
  .max(65_536)
  .regex(/^\s*-----BEGIN [A-Z0-9 ]+-----[\s\S]+-----END [A-Z0-9 ]+-----\s*$/, "in PEM, from -----BEGIN to END-----");
const TokenUrl = z
  .url()
  .max(500)
  .optional()
  .describe("Where tokens are asked for, with connectors that name no such place.");
const AskedScopes = z
  .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,300}$/, "a scope, without blanks"))
  .max(50)
  .optional()
  .describe("To ask for, beside what the actions need.");
const HeaderName = z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "a header's name");

/** How a connection that needs no consent proves itself. Never read back. */
export const ConnectionSecret = z.union([
  z.strictObject({
    apiKey: Text,
    header: HeaderName.optional().describe(
      "Where it goes, with connectors that leave it open: as it is, without Bearer.",
    ),
    query: z.string().min(1).max(100).optional().describe("The parameter of the query that it goes into instead."),
    signingSecret: Text.optional().describe("By which the provider signs what it sends here, such as Slack's buttons."),
  }),
  z.strictObject({ user: Text, password: Text }),
  z.strictObject({ clientId: Text, clientSecret: Text, tokenUrl: TokenUrl, scopes: AskedScopes }),
  z.strictObject({
    clientId: Text,
    privateKey: Pem.describe("By which the client signs assertions (private_key_jwt, RFC 7523)."),
    keyId: Text.optional(),
    algorithm: z
      .enum(["RS256", "PS256", "ES256", "EdDSA"])
      .optional()
      .describe("How; by default what suits the key: RS256, ES256 or EdDSA."),
    tokenUrl: TokenUrl,
    scopes: AskedScopes,
  }),
  z.strictObject({
    serviceAccount: z
      .string()
      .min(2)
      .max(16_384)
      .describe("The JSON file of a service account's key, as Google gives it."),
    subject: Text.optional().describe("For whom it acts, where an administrator has delegated that to it."),
    tokenUrl: TokenUrl,
    scopes: AskedScopes,
  }),
  z.strictObject({
    certificate: Pem.describe("Of the client, with those that lead up to its authority, in PEM."),
    privateKey: Pem,
    passphrase: Text.optional().describe("Of the key."),
    authority: Pem.optional().describe("Trusted for the server's certificate in the place of the usual ones."),
  }),
]);

const Actions = z
  .array(z.string().regex(/^[a-z][a-z0-9_]{0,30}\.[a-z][A-Za-z0-9_]{0,62}$/, "an action or trigger such as gmail.send"))
  .max(100)
  .describe("Actions and triggers that it is for: the scopes asked for follow from them.");

export const NewConnection = z.strictObject({
  connector: ConnectorId,
  slug: Slug.refine((slug) => slug !== "me", {
    error: "me is the own connection of whoever starts a run: take another name",
  }),
  owner: z
    .enum(["project", "me"])
    .default("project")
    .describe("me: mine alone; for flows that run as who started them."),
  flow: Slug.optional().describe("The only flow that may use it."),
  actions: Actions.default([]),
  address: z
    .url()
    .max(500)
    .optional()
    .describe("For connectors whose address the project brings: an OpenAI-compatible service, a database."),
  secret: ConnectionSecret.optional().describe("Without it, consent at the provider is asked for."),
  device: z.boolean().default(false).describe("By a code that is entered on another device."),
});

/** What a person is to consent to, before they are sent to the provider. */
export const Consent = z.object({
  connection: Connection,
  /** What the provider will ask for; `for` are the actions that need it, none where it tells whose account it is. */
  asks: z.array(z.object({ scope: z.string(), means: z.string(), for: z.array(z.string()) })),
  /** Where the provider asks, for 10 minutes, in the session that this was asked in; null when nothing needs to be asked. */
  authorizationUrl: z.string().nullable(),
  device: z
    .object({
      userCode: z.string(),
      verificationUrl: z.string(),
      /** With the code in it already. */
      completeUrl: z.string().nullable(),
      expiresAt: Time,
      /** How long to wait between asking whether it was entered. */
      everyMs: z.int(),
    })
    .nullable(),
  /** Why it is kept though its provider was not reached; null where it was, or where consent is asked for. */
  notReached: z.string().nullable(),
});

/** None: what it was granted before is asked for again, by the same way; of one that is pending, what was asked for last. */
export const AskConsent = z.strictObject({
  actions: Actions.default([]),
  device: z.boolean().default(false).describe("By a code that is entered on another device."),
});

/** How far a consent by code is. */
export const DeviceConsent = z.object({
  state: z.enum(["waiting", "connected", "denied", "expired"]),
  /** When it is worth asking again; null when it is over. */
  againMs: z.int().nullable(),
  connection: Connection,
});

/** What the provider says to a call that only asks whose account it is. */
export const TestedConnection = z.object({
  ok: z.boolean(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  connection: Connection,
});

export const OAuthClient = z.object({
  connector: z.string(),
  clientId: z.string(),
  redirectUrl: z.string(),
  setAt: Time,
  setBy: z.string(),
});
export const PutOAuthClient = z.strictObject({
  clientId: Text,
  clientSecret: Text.optional(),
  signingSecret: Text.optional().describe(
    "By which the provider signs what it sends here, such as Slack's buttons. Without it, the one there is stays.",
  ),
});

/** What was under way when something was revoked. */
export const InFlightEffect = z.object({
  run: z.string(),
  step: z.string(),
  path: z.array(z.int()),
  action: z.string(),
  /** `stopped`: nothing had left; `done`, `unknown`: what became of what had. */
  fate: z.enum(["stopped", "done", "unknown"]),
});

/** Who heard of a revoke, and what it stopped. */
export const Stopped = z.object({
  atMs: z.number(),
  acknowledged: z.array(z.string()),
  /** They close their connections by themselves, within 500 ms of hearing nothing. */
  silent: z.array(z.string()),
  inFlight: z.array(InFlightEffect),
  /** Of those flows that were paused for it, the first 100; and triggers that this has stopped. */
  pausedFlows: z.array(z.string()).default([]),
  pausedFlowCount: z.int().default(0),
  pausedTriggers: z.array(z.object({ flow: z.string(), trigger: z.string() })),
  /** Of those that had begun, were led or waited, the first 100. */
  cancelledRuns: z.array(z.string()),
  cancelledRunCount: z.int().default(0),
});

/** The end of something on which flows and runs rested. */
export const Ended = z.object({ stopped: Stopped });

export const Receipt = z.object({
  id: RevocationId,
  connection: ConnectionId,
  connector: z.string(),
  slug: z.string(),
  /** `waiting`: the provider has not confirmed yet; `unsupported`: it has no way to revoke; `failed`: it refused, or seven days are over. */
  status: z.enum(["waiting", "confirmed", "unsupported", "failed"]),
  providerCode: z.string().nullable(),
  /** The provider ends all that the account gave to the OAuth client, not this connection alone. */
  revokesAll: z.boolean(),
  /** How often the provider was asked. */
  attempts: z.int(),
  /** What was erased here, at once. */
  erased: z.array(z.string()),
  stopped: Stopped.nullable(),
  createdAt: Time,
  createdBy: z.string(),
  /** When the last of what revoking needs is destroyed at the latest. */
  expiresAt: Time,
  endedAt: Time.nullable(),
});

export type ConnectionAuthentication = z.output<typeof ConnectionAuthentication>;
export type ConnectionStatus = z.output<typeof ConnectionStatus>;
export type ConnectorSummary = z.output<typeof ConnectorSummary>;
export type ConnectorDetails = z.output<typeof ConnectorDetails>;
export type ConnectorAction = z.output<typeof ConnectorAction>;
export type ConnectorTrigger = z.output<typeof ConnectorTrigger>;
export type Connection = z.output<typeof Connection>;
export type ConnectionUser = z.output<typeof ConnectionUser>;
export type ConnectionDetails = z.output<typeof ConnectionDetails>;
export type ConnectionSecret = z.output<typeof ConnectionSecret>;
export type NewConnection = z.output<typeof NewConnection>;
export type AskConsent = z.output<typeof AskConsent>;
export type Consent = z.output<typeof Consent>;
export type DeviceConsent = z.output<typeof DeviceConsent>;
export type TestedConnection = z.output<typeof TestedConnection>;
export type OAuthClient = z.output<typeof OAuthClient>;
export type PutOAuthClient = z.output<typeof PutOAuthClient>;
export type Stopped = z.output<typeof Stopped>;
export type Ended = z.output<typeof Ended>;
export type Receipt = z.output<typeof Receipt>;
