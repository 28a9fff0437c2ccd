/** Asks a provider whose account a connection is: reads only, and nothing else than that. */
import type { Connector } from "@steward/sdk";
import { invariant, unreachable } from "../core/invariant.ts";
import type { ConnectionPlace, ConnectionToMake, ProviderAccount, ReadySecret } from "../core/ports/connections.ts";
import type { EffectEnd } from "./action.ts";
import { noteUrl } from "../core/note-url.ts";
import type { NoteOutbound } from "../core/ports/outbound.ts";
import { askProvider, type AskProviderParts } from "./ask-provider.ts";
import { isRead } from "./connector-request.ts";
import { driveCalls, type Driven } from "./drive-calls.ts";
import { createEchoSlices } from "./redact-echo.ts";
import { redactJson } from "./redact-json.ts";
import type { SignInWays } from "./sign-in.ts";

const TIMEOUT_MS = 15_000;
const CHARACTERS_MAX = 300;

/** `dead`: the provider does not accept it; `unclear`: it could not or would not say. */
export type AskedAccount =
  | ({ readonly kind: "account"; readonly note?: string } & ProviderAccount)
  | { readonly kind: "dead" | "unclear"; readonly code: string; readonly message: string };

export type AskAccountParts = AskProviderParts & {
  readonly note: NoteOutbound;
  /** By protocol. */
  readonly signIn?: SignInWays | undefined;
  readonly log: (message: string, error?: unknown) => void;
};

/** Settles within 15 s. What the provider says is data; rejects where the store does or for a bug. */
export async function askAccount(
  parts: AskAccountParts,
  connector: Connector,
  connection: ConnectionPlace,
): Promise<AskedAccount> {
  if (connector.protocol !== undefined) return await signIn(parts, connector, connection);
  // No run's effect: it goes into the ledger, not the audit.
  const request: AskProviderParts["egress"]["request"] = (asked) => {
    noteUrl(parts.note, asked.url);
    return parts.egress.request(asked);
  };
  const provider = askProvider(
    { ...parts, egress: { ...parts.egress, request } },
    {
      connector,
      connection,
      timeoutMs: TIMEOUT_MS,
      signal: new AbortController().signal,
      mayProceed: () => true,
      scopes: [],
      idempotencyKey: null,
    },
  );
  const driven = await driveCalls(
    connector,
    () => connector.whoami(),
    (call) => {
      invariant(isRead(call), `${connector.id} asks for ${call.method} to know whose account it is`);
      return provider.ask(call);
    },
  );
  return read(driven, (error) => parts.log(`${connector.id} can't tell whose account it is`, error));
}

/** Of another protocol than HTTP: the server is asked to let the user in, and nothing else. */
async function signIn(
  { signIn: ways = {}, secrets }: AskAccountParts,
  connector: Connector,
  connection: ConnectionPlace,
): Promise<AskedAccount> {
  const { signal } = new AbortController();
  const secret = await secrets.freshSecret(connection, { signal });
  if (secret.kind !== "ready") {
    const { code, message } = secret;
    return { kind: code === "reauth_required" ? "dead" : "unclear", code, message };
  }
  const { basic, address, forms } = secret;
  const way = connector.protocol && ways[connector.protocol];
  if (basic === null || address === null || way === undefined) return NOT_TO_TRY;
  const tried = await way({ ...basic, address, timeoutMs: TIMEOUT_MS, signal, partition: connection.project });
  const redacted = await redactJson(tried.message, createEchoSlices(forms));
  const message = typeof redacted === "string" ? redacted : "";
  if (tried.kind !== "in") return { kind: tried.kind, code: tried.code, message };
  const { host } = new URL(address);
  return { kind: "account", account: `${basic.user} at ${host}`, label: `${basic.user} at ${host}`, note: message };
}

const NOT_TO_TRY: AskedAccount = {
  kind: "unclear",
  code: "not_available",
  message: "the connection has no user and password, or no address: make it anew",
};

/** The same by a secret that is kept nowhere yet. A second asking for it after a refusal gives the same one. */
export async function askAccountBy(
  parts: Omit<AskAccountParts, "secrets">,
  connector: Connector,
  connection: ConnectionToMake,
  secret: ReadySecret,
): Promise<AskedAccount> {
  const secrets = { freshSecret: () => Promise.resolve(secret) };
  return await askAccount({ ...parts, secrets }, connector, connection);
}

function read(
  driven: Driven<ProviderAccount & { readonly note?: string }, EffectEnd>,
  fault: (error: unknown) => void,
): AskedAccount {
  switch (driven.kind) {
    case "output": {
      const { account, label, note } = driven.output;
      return {
        kind: "account",
        account: account.slice(0, CHARACTERS_MAX),
        label: label.slice(0, CHARACTERS_MAX),
        ...(note === undefined ? {} : { note: note.slice(0, CHARACTERS_MAX) }),
      };
    }
    case "failure": {
      const { kind, message } = driven.failure;
      return { kind: kind === "reauth_required" ? "dead" : "unclear", code: kind, message };
    }
    case "stopped": {
      const { outcome } = driven.end;
      if (outcome.kind === "done") return UNCLEAR;
      const { code, message } = outcome;
      return { kind: code === "reauth_required" ? "dead" : "unclear", code, message };
    }
    case "broken":
      fault(driven.error);
      return UNCLEAR;
    default:
      return unreachable(driven);
  }
}

const UNCLEAR: AskedAccount = {
  kind: "unclear",
  code: "connector_failed",
  message: "the connector could not read what the provider answered",
};
