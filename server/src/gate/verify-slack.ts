/**
 * Whether what came to a connection's own address was signed by its Slack app: `v0=` HMAC-SHA256 of `v0:<timestamp>:<body>`
 * by the app's signing secret, at most five minutes old (docs.slack.dev, "Verifying requests from Slack"). Fails closed.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import { parseJson } from "../core/parse-json.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import type { SignedDelivery } from "../core/ports/signatures.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { SealError } from "../keyring/seal-error.ts";
import { type ConnectionRow, findConnectionById } from "../store/connections.ts";
import { findOAuthClient } from "../store/oauth-clients.ts";
import { openClientSecrets } from "./client-secret.ts";
import { openHeld } from "./connection-secret.ts";
import type { ConnectionGateParts } from "./oauth-client.ts";

const ACCOUNT = placeOf("connections", "account");
const TOLERANCE_MS = 5 * 60_000;

export type VerifySlackParts = Pick<ConnectionGateParts, "database" | "keysOf" | "log">;

/** Settles with the connection's slug, or throws `signature_invalid` for whatever was wrong. */
export type VerifySlack = (place: ConnectionPlace, delivery: SignedDelivery) => Promise<string>;

export function createVerifySlack(parts: VerifySlackParts): VerifySlack {
  return async ({ organization, project, id }, delivery) => {
    const row = await findConnectionById(parts.database, { organization, project }, id);
    const usable = row !== null && row.connector === "slack" && row.status === "active";
    const secret = usable ? await signingSecret(parts, { organization, project, id }, row) : null;
    if (row === null || secret === null || !isSigned(secret, delivery)) throw invalid();
    const team = slackTeam(await parts.keysOf({ organization, project }), row);
    if (team !== null && !isPressedIn(team, delivery.rawBody)) throw invalid();
    return row.slug;
  };
}

/** The workspace that the connection is for, which one app may have many of; null where it is not known. */
export function slackTeam(keys: ProjectKeys, { id, account }: Pick<ConnectionRow, "id" | "account">): string | null {
  if (account === null) return null;
  const known = parseOwn<{ readonly account: string }>(
    keys.open("connection", ACCOUNT, uuidBytes(id), account).toString(),
  );
  return /^(T[A-Z0-9]+)\//.exec(known.account)?.[1] ?? null;
}

const Told = z.object({
  team_id: z.string(),
  authorizations: z.array(z.object({ team_id: z.string().nullish() })).catch([]),
});

/** Whether an event happened in the workspace, or in a channel that it shares with the one it happened in. */
export function isToldIn(team: string, body: unknown): boolean {
  const told = Told.safeParse(body);
  return told.success && [told.data, ...told.data.authorizations].some(({ team_id }) => team_id === team);
}

const Pressed = z.object({ team: z.object({ id: z.string() }) });

/** Whether something was pressed in the workspace: a form with one field of JSON. */
export function isPressedIn(team: string, rawBody: Uint8Array): boolean {
  const payload = parseJson(new URLSearchParams(Buffer.from(rawBody).toString("utf8")).get("payload") ?? "");
  const pressed = Pressed.safeParse(payload.ok ? payload.value : null);
  return pressed.success && pressed.data.team.id === team;
}

/** One answer for all: a sender without the secret learns nothing about it. */
function invalid(): AppError {
  return new AppError("signature_invalid", "the delivery was refused: it carries no valid signature");
}

/** Typed in with the token, or with the OAuth client by which the connection was made; null where there is none. */
export async function signingSecret(
  { database, keysOf, log }: VerifySlackParts,
  { organization, project, id }: ConnectionPlace,
  { secret, client }: ConnectionRow,
): Promise<string | null> {
  const scope = { organization, project };
  const keys = await keysOf(scope);
  try {
    const held = secret === null ? null : openHeld(keys, id, secret);
    if (held?.kind === "key") return held.signing ?? null;
    const own = client === null ? null : await findOAuthClient(database, scope, { id: client });
    return own?.secret ? openClientSecrets(keys, own.id, own.secret).signingSecret : null;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    log(`the secret of a connection of Slack does not open, so that nothing it signs is believed`, error);
    return null;
  }
}

export function isSigned(secret: string, { headers, rawBody, nowMs }: SignedDelivery): boolean {
  const timestamp = single(headers["x-slack-request-timestamp"]);
  const given = /^v0=([0-9a-f]{64})$/.exec(single(headers["x-slack-signature"]))?.[1];
  if (secret === "" || given === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1000) > TOLERANCE_MS) return false;
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(rawBody).digest();
  return timingSafeEqual(Buffer.from(given, "hex"), expected);
}

/** A header's value; empty when it is missing or came more than once. */
function single(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value : "";
}
