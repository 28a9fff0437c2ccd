/**
 * `POST /hooks/slack/interactivity/{project}/{connection}`: what Slack sends when somebody presses a button below a message of an app
 * (docs.slack.dev, "Handling user interaction"). Answered within its three seconds: once it is durable that it will be heard;
 * what comes of it is said in the channel. Whoever sends it is known by the signature of the connection's app alone.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { BUTTONS } from "../core/approval/slack-message.ts";
import { AppError } from "../core/errors.ts";
import { parseId } from "../core/id.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import { findConnectionPlace } from "../store/connection-refs.ts";
import type { Scope } from "../store/scope.ts";
import type { HttpParts } from "./http-parts.ts";

const PREFIX = "/hooks/slack/interactivity";
const BODY_BYTES_MAX = 262_144;

/** What was pressed below a message, by whom. */
export interface PressedBy {
  /** The approval's UUID. */
  readonly approval: string;
  /** The connection's slug. */
  readonly connection: string;
  /** As Slack names them. */
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  readonly decision: "approve" | "reject";
  /** Of what they saw, in hexadecimal. */
  readonly digest: string;
  /** Tells one press from the next. */
  readonly at: string;
}

/** What it needs of the gate and of the runs that hear. */
export interface Interactivity {
  /** Settles with the connection's slug, or throws `signature_invalid`. */
  verify(
    place: ConnectionPlace,
    delivery: { readonly headers: FastifyRequest["headers"]; readonly rawBody: Uint8Array; readonly nowMs: number },
  ): Promise<string>;
  /** Settles once it is durable that it will be heard; once, however often it is said. */
  hear(scope: Scope, pressed: PressedBy): Promise<void>;
}

const Actions = z.object({
  type: z.literal("block_actions"),
  user: z.object({ id: z.string().regex(/^[UW][A-Z0-9]{2,30}$/) }),
  container: z.object({
    channel_id: z.string().regex(/^[CDG][A-Z0-9]{2,30}$/),
    message_ts: z.string().regex(/^\d{1,16}\.\d{1,9}$/),
  }),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().max(2000).optional(), action_ts: z.string().max(40) }))
    .min(1)
    .max(25),
});

const Params = z.object({ project: z.string(), connection: z.string() });
const Value = /^(apr_[0-9a-z]{26}):([0-9a-f]{64})$/;

export function registerSlackInteractivity(app: FastifyInstance, parts: HttpParts): void {
  app.route({
    method: "POST",
    url: `${PREFIX}/:project/:connection`,
    bodyLimit: BODY_BYTES_MAX,
    handler: async (request, reply) => {
      await receive(parts, request);
      return await reply.code(200).send();
    },
  });
}

async function receive(parts: HttpParts, request: FastifyRequest): Promise<void> {
  const { params, headers, body, ip } = request;
  const { project: projectShown, connection: shown } = Params.parse(params);
  const [of, id] = [parseId("prj", projectShown), parseId("con", shown)];
  const place = of === null || id === null ? null : await findConnectionPlace(parts.dispatch, of, id);
  if (place === null) {
    parts.rateLimits?.unknownWebhook(ip);
    throw new AppError("signature_invalid", "the delivery was refused: it carries no valid signature");
  }
  const rawBody = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const connection = await verified(parts, place, shown, { headers, rawBody, nowMs: parts.clock.nowMs() });
  const read = Actions.safeParse(payloadOf(rawBody));
  if (!read.success) return; // dialogs, shortcuts and the like: nothing of ours
  const { user, container, actions } = read.data;
  for (const { action_id, value = "", action_ts: at } of actions) {
    const decision = decisionOf(action_id);
    if (decision === null) continue;
    const [, approvalShown = "", digest = ""] = Value.exec(value) ?? [];
    const approval = parseId("apr", approvalShown);
    if (approval === null) {
      note(parts, place, shown, "value");
      continue;
    }
    const where = { channel: container.channel_id, ts: container.message_ts };
    const { organization, project } = place;
    await parts.interactivity.hear(
      { organization, project },
      { ...where, approval, connection, user: user.id, decision, digest, at },
    );
  }
}

async function verified(
  parts: HttpParts,
  place: ConnectionPlace,
  shown: string,
  delivery: Parameters<Interactivity["verify"]>[1],
): Promise<string> {
  try {
    return await parts.interactivity.verify(place, delivery);
  } catch (error) {
    if (error instanceof AppError) note(parts, place, shown, "signature");
    throw error;
  }
}

function note(parts: HttpParts, { organization, project }: ConnectionPlace, shown: string, needs: string): void {
  const atMs = parts.clock.nowMs();
  const facts = { needs, connection: shown };
  parts.denials.note(organization, {
    atMs,
    project,
    actor: "slack",
    action: "call.refused",
    target: "slackInteractivity",
    facts,
  });
}

function decisionOf(actionId: string): PressedBy["decision"] | null {
  if (actionId === BUTTONS.approve) return "approve";
  return actionId === BUTTONS.reject ? "reject" : null;
}

/** A form with one field of JSON. */
function payloadOf(body: Buffer): unknown {
  try {
    return JSON.parse(new URLSearchParams(body.toString("utf8")).get("payload") ?? "");
  } catch {
    return null;
  }
}
