/** One provider is asked to forget one grant: as RFC 7009 has it, or by the provider's own call. */
import { type Connector, type Revocation, ProviderError, type ProviderFailure } from "@steward/sdk";
import type { EgressRequest } from "../core/ports/egress.ts";
import type { NoTokens } from "../core/ports/oauth.ts";
import { parseJson } from "../core/parse-json.ts";
import { connectorRequest } from "./connector-request.ts";
import { type ConnectionGateParts, oauth2Of, serverOf } from "./oauth-client.ts";
import type { RevocationSlot } from "./revocation-slot.ts";

/** `refused`: asking again would be of no use. Codes are the provider's short ones, or ours. */
export type Revoked =
  | { readonly kind: "done"; readonly code: string | null }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "later"; readonly code: string; readonly message: string };

export type Sending = Pick<EgressRequest, "signal" | "timeoutMs" | "partition" | "beforeFirstByte">;

const ANSWER_BYTES_MAX = 262_144;

export async function revokeAtProvider(
  parts: Pick<ConnectionGateParts, "egress" | "oauth">,
  connector: Connector,
  slot: RevocationSlot,
  sending: Sending & { readonly partition: string; readonly beforeFirstByte: () => boolean },
): Promise<Revoked> {
  const way = oauth2Of(connector);
  if (way.revocation !== undefined) return await revokeOwnWay(parts, connector, way.revocation, slot, sending);
  const { clientId, clientSecret, access, refresh } = slot;
  const call = { server: serverOf(way), client: { clientId, clientSecret }, separator: " ", ...sending };
  // Revoking the one should end the other (RFC 7009, 2.1), and with some providers does not.
  const tokens = [
    ...(refresh === null ? [] : [[refresh, "refresh_token"] as const]),
    [access, "access_token"] as const,
  ];
  for (const [token, hint] of tokens) {
    const answer = await parts.oauth.revoke(call, token, hint);
    // What can't be revoked by itself (RFC 7009, 2.2.1) has ended with the first.
    if (answer.kind === "done" || (hint === "access_token" && answer.code === "unsupported_token_type")) continue;
    return refusedAs(answer);
  }
  return { kind: "done", code: null };
}

function refusedAs({ kind, code, message }: NoTokens): Revoked {
  return kind === "unavailable" ? { kind: "later", code, message } : { kind: "refused", code };
}

async function revokeOwnWay(
  { egress }: Pick<ConnectionGateParts, "egress">,
  connector: Connector,
  { method, url, authenticate, tokenField }: Revocation,
  { access, clientId, clientSecret }: RevocationSlot,
  sending: Sending,
): Promise<Revoked> {
  const value =
    authenticate === "bearer"
      ? `Bearer ${access}`
      : `Basic ${Buffer.from(`${clientId}:${clientSecret ?? ""}`).toString("base64")}`;
  const request = connectorRequest(
    connector,
    { header: { name: "authorization", value }, query: null, basic: null, hosts: [hostOf(url)], address: null },
    // DELETE with a body is this provider's own idea, not ours.
    {
      method,
      url: url.replaceAll("{client_id}", encodeURIComponent(clientId)),
      ...(tokenField === null ? {} : { body: { [tokenField]: access } }),
    },
  );
  if ("code" in request) return { kind: "refused", code: request.code };
  const answer = await egress.request({ ...request, ...sending, responseBytesMax: ANSWER_BYTES_MAX, redirectsMax: 0 });
  if (answer.kind === "refused")
    return {
      kind: answer.code === "overloaded" || answer.code === "cancelled" ? "later" : "refused",
      code: answer.code,
      message: answer.message,
    };
  if (answer.kind !== "answer")
    return { kind: "later", code: answer.kind === "too_large" ? "garbage" : answer.code, message: answer.message };
  const { status, body } = answer;
  if (status === 404) return { kind: "done", code: "http_404" };
  const text = Buffer.from(body).toString("utf8");
  const parsed = parseJson(text);
  const failure = judge(connector, {
    status,
    headers: Object.fromEntries(answer.headers),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON, written to
    body: (parsed.ok ? parsed.value : text) as Parameters<Connector["failure"]>[0]["body"],
  });
  return failure === null ? { kind: "done", code: null } : readFailure(failure, status, authenticate);
}

/** Where a provider forgets tokens is the connector's to say, or the operator's, and nobody else's. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

function judge(connector: Connector, answer: Parameters<Connector["failure"]>[0]): ProviderFailure | null {
  try {
    return connector.failure(answer);
  } catch (error) {
    if (error instanceof ProviderError) return error.failure;
    throw error;
  }
}

function readFailure({ kind, message }: ProviderFailure, status: number, by: Revocation["authenticate"]): Revoked {
  const code = `http_${status}`;
  if (kind === "rate_limited" || kind === "unavailable" || kind === "unreadable")
    return { kind: "later", code, message };
  // 401 to a client says that the client is not accepted, and nothing of the token.
  const isDead = kind === "not_found" || (kind === "reauth_required" && !(by === "basic" && status === 401));
  return isDead ? { kind: "done", code } : { kind: "refused", code };
}
