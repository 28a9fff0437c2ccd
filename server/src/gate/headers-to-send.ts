import type { EgressRequest } from "../core/ports/egress.ts";
import { isSecretHeader } from "../core/redact.ts";
import type { HttpMatter } from "./http-checks.ts";

/**
 * The effect's headers with the credential's and the idempotency key in place of any the flow gave by these names: a
 * flow's own key could change from one sending to the next. `credentialValue` counts only where a credential is named.
 */
export function headersToSend(
  { call, subject: { request }, credential }: HttpMatter,
  credentialValue: string,
): Pick<EgressRequest, "headers" | "secretHeaders"> {
  const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const secretHeaders = [...headers.keys()].filter(isSecretHeader);
  if (call.idempotencyKey !== null) headers.set("idempotency-key", call.idempotencyKey);
  if (credential !== null) {
    const name = credentialHeader(credential);
    headers.set(name, credentialValue);
    secretHeaders.push(name);
  }
  return { headers: [...headers], secretHeaders };
}

function credentialHeader({ kind, header }: NonNullable<HttpMatter["credential"]>): string {
  return kind === "header" && header !== null ? header.toLowerCase() : "authorization";
}
