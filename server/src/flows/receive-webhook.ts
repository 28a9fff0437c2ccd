/**
 * Receives a webhook: route → size and method → signature → body → delivery id → run → answer. This is
 * the hottest path of the program: what can be known before a delivery is in its `WebhookRoute`, and an
 * unsigned delivery waits for nothing but its run.
 */
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { VerifySignature } from "../core/ports/signatures.ts";
import { readWebhookBody } from "./read-webhook-body.ts";
import { webhookAnswer, type WebhookAnswer } from "./webhook-answer.ts";
import { receiveEvent, type ReceiveEventParts } from "./receive-event.ts";
import { deliveryIdOf, maskedHeaders, plainQuery, type DeliveryHeaders, type DeliveryQuery } from "./webhook-input.ts";
import type { EventRoute, WebhookRoute, WebhookRoutes } from "./webhook-routes.ts";

export interface WebhookParts extends ReceiveEventParts {
  readonly routes: WebhookRoutes;
  readonly verifySignature: VerifySignature;
}

export interface WebhookRequest {
  readonly token: string;
  /** In upper case. */
  readonly method: string;
  /** What follows the token, with its slash; empty when nothing does. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: DeliveryHeaders;
  readonly query: DeliveryQuery;
  readonly rawBody: Buffer;
  readonly nowMs: number;
}

/** A trigger that says nothing takes bodies of 1 MB. */
const BODY_BYTES_MAX = 1_048_576;
/** How long a synchronous reply may take before it gives way to 202 with the run. */
const REPLY_MS_MAX = 30_000;

/**
 * Begins the run of a delivery, or finds the one it already had, and answers as the trigger's `reply`
 * says. Throws `not_found` for every token that leads nowhere, `method_not_allowed` with `allow`,
 * `body_too_large`, `signature_invalid`, `media_type_unsupported`, `invalid_request`, `overloaded`, and
 * `run_failed` with `run`.
 */
export async function receiveWebhook(parts: WebhookParts, request: WebhookRequest): Promise<WebhookAnswer> {
  const route = parts.routes.peek(request.token) ?? (await parts.routes.find(request.token));
  if (route === null) throw new AppError("not_found", "there is nothing at this address");
  if (isEventRoute(route)) return await receiveEvent(parts, route, request);
  const { definition, scope, version } = route;
  refuseEarly(route, request);
  if (definition.signature !== undefined) await parts.verifySignature(scope, definition.signature, request);
  const { input, deliveryId } = readDelivery(parts, route, request);
  const delivery =
    deliveryId === null
      ? null
      : {
          trigger: route.trigger,
          key: route.keys.digest("delivery", route.trigger, deliveryId),
          digest: byIdempotencyKey(route, request) ? route.keys.digest("delivery", request.rawBody) : null,
        };
  const until = UNTIL[definition.reply];
  const started = await parts.engine.startRun(
    { scope, version, trigger: definition.id, input, delivery },
    until,
    REPLY_MS_MAX,
  );
  const answer = webhookAnswer(started, definition.reply);
  return started.repeated ? { ...answer, headers: { ...answer.headers, "idempotent-replayed": "true" } } : answer;
}

const isEventRoute = (route: WebhookRoute | EventRoute): route is EventRoute => route.definition.kind === "event";

/** Whoever sends an `Idempotency-Key` is refused when it comes with another body, here as anywhere. */
function byIdempotencyKey({ dedupeBy }: WebhookRoute, { headers }: WebhookRequest): boolean {
  return dedupeBy === null && headers["webhook-id"] === undefined && headers["x-github-delivery"] === undefined;
}

const WEBHOOK_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const UNTIL = { accepted: null, last: "end", step: "reply" } as const;

function refuseEarly({ definition, methods }: WebhookRoute, { method, rawBody }: WebhookRequest): void {
  if (method === "TRACE" || method === "CONNECT" || (methods !== null && !methods.has(method))) {
    const allow = [...(methods ?? WEBHOOK_METHODS)];
    throw new AppError("method_not_allowed", `this webhook takes ${allow.join(", ")}, not ${method.slice(0, 20)}`, {
      allow,
    });
  }
  const max = definition.bodyBytesMax ?? BODY_BYTES_MAX;
  if (rawBody.length > max) {
    throw new AppError("body_too_large", `the body has ${rawBody.length} bytes, this webhook takes ${max}`, {
      bytesMax: max,
    });
  }
}

/** What the run gets as `trigger`. */
function readDelivery(
  parts: WebhookParts,
  route: WebhookRoute,
  request: WebhookRequest,
): { readonly input: Json; readonly deliveryId: string | null } {
  const { headers, method, path } = request;
  const body = readWebhookBody(
    route.definition.body,
    single(headers["content-type"]),
    single(headers["content-encoding"]),
    request.rawBody,
  );
  const plain = maskedHeaders(headers, request.token, parts.routes);
  const query = plainQuery(request.query);
  const before = { method, path, headers: plain, query, body, deliveryId: null };
  const deliveryId = deliveryIdOf(headers, route.dedupeBy, before);
  return { input: deliveryId === null ? before : { ...before, deliveryId }, deliveryId };
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
