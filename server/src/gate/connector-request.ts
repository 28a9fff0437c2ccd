/** A connector's call as the egress sends it, the connection's secret in its header. */
import type { Connector, ConnectorCall } from "@steward/sdk";
import { judgeHost } from "../core/egress/judge-address.ts";
import { judgeHeaders } from "../core/egress/judge-headers.ts";
import { judgeUrl } from "../core/egress/judge-url.ts";
import type { ReadySecret } from "../core/ports/connections.ts";
import type { EgressRequest } from "../core/ports/egress.ts";
import type { EffectRefusal } from "./action.ts";

type Sendable = Pick<EgressRequest, "method" | "url" | "headers" | "body" | "hosts" | "secretHeaders" | "certificate">;
type Given = Pick<ReadySecret, "header" | "query" | "basic" | "hosts" | "address" | "certificate">;

/** Whether a call changes nothing that anybody sees. */
export function isRead(call: ConnectorCall): boolean {
  return call.method === "GET" || call.method === "HEAD" || call.reads === true;
}

/**
 * The request of a call, or why it may not be sent: the host is none of the connection's, or the address is read as another
 * than the one that was asked for. What the gate puts into headers, no connector can replace.
 */
export function connectorRequest(
  connector: Pick<Connector, "id" | "base" | "headers" | "idempotencyHeader">,
  secret: Given,
  call: ConnectorCall,
  idempotencyKey: string | null = null,
): Sendable | EffectRefusal {
  const url = urlOf(connector, secret, call);
  if (typeof url !== "string") return url;
  const headers = new Map<string, string>();
  const add = (more: Readonly<Record<string, string>> = {}): void => {
    for (const [name, value] of Object.entries(more)) headers.set(name.toLowerCase(), value);
  };
  add(connector.headers);
  add(bodyType(call));
  add(call.headers);
  if (idempotencyKey !== null && connector.idempotencyHeader !== undefined)
    add({ [connector.idempotencyHeader]: idempotencyKey });
  if (secret.header !== null) add({ [secret.header.name]: secret.header.value });
  const refusal = judgeHeaders([...headers]);
  // Its message names a header, never its value.
  if (refusal !== null) return { code: refusal.code, message: refusal.message };
  return {
    method: call.method,
    url,
    headers: [...headers],
    body: bodyOf(call),
    hosts: secret.hosts,
    ...(secret.certificate === undefined ? {} : { certificate: secret.certificate }),
    secretHeaders: secret.header === null ? [] : [secret.header.name.toLowerCase()],
  };
}

function urlOf(
  connector: Pick<Connector, "id" | "base">,
  { basic, hosts, address, query }: Given,
  call: ConnectorCall,
): string | EffectRefusal {
  const base = (address ?? connector.base).replace(/\/$/, "");
  const path = call.url.replaceAll("{user}", encodeURIComponent(basic?.user ?? ""));
  const text = path.startsWith("/") ? base + path : path;
  const judged = judgeUrl(text);
  if (!judged.ok) return { code: judged.code, message: judged.message };
  const url = new URL(text);
  if (path.startsWith("/") && url.href !== text)
    return { code: "url_invalid", message: `${connector.id} asks for a path that is read as another` };
  if (judgeHost(judged.target, hosts) !== null) {
    const { host } = judged.target;
    const message = `the connection may not be used with ${host}: it was made for ${hosts.join(", ") || "no host"}`;
    return { code: "host_not_allowed", message };
  }
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === null || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(each));
  }
  if (query !== null) url.searchParams.set(query.name, query.value);
  url.hash = "";
  return url.href;
}

function bodyType({ body, as }: ConnectorCall): Readonly<Record<string, string>> {
  if (body === undefined || as === "text" || as === "base64") return {};
  return { "content-type": as === "form" ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8" };
}

function bodyOf({ body, as }: ConnectorCall): Uint8Array | string | null {
  if (body === undefined) return null;
  if (typeof body === "string" && as === "text") return body;
  if (typeof body === "string" && as === "base64") return Buffer.from(body, "base64");
  if (as !== "form") return JSON.stringify(body);
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body ?? {}))
    for (const each of Array.isArray(value) ? value : [value]) fields.append(name, fieldText(each));
  return fields.toString();
}

function fieldText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
