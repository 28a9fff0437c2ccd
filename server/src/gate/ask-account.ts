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

const TIMEOUT_MS = 15_000;
const CHARACTERS_MAX = 300;

/** `dead`: the provider does not accept it; `unclear`: it could not or would not say. */
export type AskedAccount =
  | ({ readonly kind: "account" } & ProviderAccount)
  | { readonly kind: "dead" | "unclear"; readonly code: string; readonly message: string };

export type AskAccountParts = AskProviderParts & {
  readonly note: NoteOutbound;
  readonly log: (message: string, error?: unknown) => void;
};

/** Settles within 15 s. What the provider says is data; rejects where the store does or for a bug. */
export async function askAccount(
  parts: AskAccountParts,
  connector: Connector,
  connection: ConnectionPlace,
): Promise<AskedAccount> {
  if (connector.protocol !== undefined) return NOT_BY_HTTP;
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

function read(driven: Driven<ProviderAccount, EffectEnd>, fault: (error: unknown) => void): AskedAccount {
  switch (driven.kind) {
    case "output": {
      const { account, label } = driven.output;
      return { kind: "account", account: account.slice(0, CHARACTERS_MAX), label: label.slice(0, CHARACTERS_MAX) };
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
const NOT_BY_HTTP: AskedAccount = {
  kind: "unclear",
  code: "not_available",
  message: "this kind of connection is first tried by what uses it",
};
