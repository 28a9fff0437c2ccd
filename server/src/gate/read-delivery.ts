/** A delivery of a connector's hook: verified by its bytes, answered where the provider tries the address, then read. */
import { createHash } from "node:crypto";
import type { HookTrigger } from "@steward/sdk";
import { unreachable } from "../core/invariant.ts";
import { uuidBytes } from "../core/id.ts";
import type { EventDelivery, ReadDelivery } from "../core/ports/events.ts";
import { parseJson } from "../core/parse-json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";
import { EVENT_SECRET, type EventSubject } from "./ask-for-trigger.ts";
import { isSignedByGithub, isSignedByStandard } from "./verify-signature.ts";
import { isSigned, isToldIn } from "./verify-slack.ts";

/** How far the time that is signed may be from now. */
const TOLERANCE_MS = 300_000;

/** What signs the deliveries of a trigger's hook. */
export interface HookSecret {
  readonly keys: ProjectKeys;
  /** UUID. */
  readonly trigger: string;
  readonly secret: Buffer | null;
  /** Of the connection, where the provider signs with one of its own; `secret` is for those that were told ours. */
  readonly own: string | null;
  /** The workspace of Slack that the connection is for, where it is known: an app signs for all of its own by one secret. */
  readonly team: string | null;
}

/** Nothing of an unsigned delivery is read, but the challenge of an address that has no secret yet: it echoes what it got. */
export function readDelivery(found: EventSubject, held: HookSecret, delivery: EventDelivery): ReadDelivery {
  const { trigger, settings } = found;
  if (trigger?.kind !== "hook" || !settings.ok) return { kind: "unsigned" };
  const signed = trigger.signature === "none" || isSignedBy(trigger.signature, held, delivery);
  if (!signed && (held.secret !== null || held.own !== null)) return { kind: "unsigned" };
  const body = bodyOf(delivery);
  const challenge = body === undefined ? null : (trigger.challenge?.(body) ?? null);
  if (challenge !== null) return { kind: "challenge", answer: challenge, signed };
  if (!signed) return { kind: "unsigned" };
  if (body === undefined) return { kind: "unreadable" };
  if (held.team !== null && !isToldIn(held.team, body)) return { kind: "unsigned" };
  const event = trigger.read(settings.value, plainHeaders(delivery.headers), body);
  // GitHub signs the body alone: what a header says of it may be anybody's, and names no event.
  const isBodyAlone = event !== null && trigger.signature === "github";
  return { kind: "event", event: isBodyAlone ? { ...event, key: digestOf(delivery.rawBody) } : event };
}

function isSignedBy(
  signature: Exclude<HookTrigger["signature"], "none">,
  { keys, trigger, secret: sealed, own }: HookSecret,
  delivery: EventDelivery,
): boolean {
  if (sealed === null && own === null) return false;
  const secret =
    sealed === null ? Buffer.from(own ?? "") : openCredential(keys, EVENT_SECRET, uuidBytes(trigger), sealed);
  try {
    switch (signature) {
      case "github":
        return isSignedByGithub(secret, delivery);
      case "standard":
        return isSignedByStandard(secret, delivery, TOLERANCE_MS);
      case "slack":
        return isSigned(secret.toString("utf8"), delivery);
      default:
        return unreachable(signature);
    }
  } finally {
    secret.fill(0);
  }
}

function digestOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url");
}

type Body = Parameters<HookTrigger["read"]>[2];

/** JSON, or the fields of a form; undefined where it is neither. */
function bodyOf({ headers, rawBody }: EventDelivery): Body | undefined {
  const text = Buffer.from(rawBody).toString("utf8");
  const type = headers["content-type"];
  if (typeof type === "string" && type.startsWith("application/x-www-form-urlencoded"))
    return Object.fromEntries(new URLSearchParams(text));
  const parsed = parseJson(text);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON, written to
  return parsed.ok ? (parsed.value as Body) : undefined;
}

function plainHeaders(headers: EventDelivery["headers"]): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (typeof value === "string") plain[name] = value;
  return plain;
}
