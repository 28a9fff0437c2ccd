import { createHash } from "node:crypto";
import { placeOf } from "../catalogue/tables.ts";
import { base32, uuidBytes } from "../core/id.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";

const TOKEN = placeOf("triggers", "token");
/** `wh`, the cell, 32 random bytes. The cell says which database cluster holds the trigger; there is one so far. */
const FORMAT = /^wh_0_[0-9a-hjkmnp-tv-z]{52}$/;
export const TOKEN_BYTES = 32;

/** A token that nobody can guess, from as many random bytes. */
export function makeWebhookToken(random: Uint8Array): string {
  return `wh_0_${base32(random)}`;
}

/** Whether a text has the form of a token, so that it is worth being looked up. */
export function isWebhookToken(text: string): boolean {
  return FORMAT.test(text);
}

/** What a token is looked up by. It needs no salt: the token is as random as a key. */
export function hashWebhookToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

export function sealWebhookToken(keys: ProjectKeys, trigger: string, token: string): Buffer {
  return keys.seal("trigger", TOKEN, uuidBytes(trigger), Buffer.from(token));
}

export function openWebhookToken(keys: ProjectKeys, trigger: string, sealed: Buffer): string {
  return keys.open("trigger", TOKEN, uuidBytes(trigger), sealed).toString();
}

export function webhookUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/webhooks/${token}`;
}
