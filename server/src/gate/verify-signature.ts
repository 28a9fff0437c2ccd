/**
 * Verifies signed deliveries: GitHub's `X-Hub-Signature-256` (docs.github.com, "Validating webhook
 * deliveries") and Standard Webhooks (standardwebhooks.com, specification 1.0). Fails closed.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { SignatureRule } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { uuidBytes } from "../core/id.ts";
import { unreachable } from "../core/invariant.ts";
import type { SignedDelivery, VerifySignature } from "../core/ports/signatures.ts";
import { openCredential } from "../keyring/open-credential.ts";
import type { GateParts } from "./gate-parts.ts";

const SECRET = placeOf("credentials", "secret");
/** Signatures of one delivery that are looked at: a sender that rotates its secret sends two. */
const SIGNATURES_MAX = 10;

export function createVerifySignature(parts: Pick<GateParts, "findCredential" | "keysOf">): VerifySignature {
  return async (scope, rule, delivery) => {
    const [credential, keys] = await Promise.all([parts.findCredential(scope, rule.credential), parts.keysOf(scope)]);
    if (credential === null || credential.kind !== "secret") throw invalid();
    const secret = openCredential(keys, SECRET, uuidBytes(credential.id), credential.secret);
    try {
      if (!isSigned(rule, secret, delivery)) throw invalid();
    } finally {
      secret.fill(0);
    }
  };
}

/** One answer for whatever was wrong: a sender without the secret learns nothing about it. */
function invalid(): AppError {
  return new AppError("signature_invalid", "the delivery was refused: it carries no valid signature");
}

function isSigned(rule: SignatureRule, secret: Buffer, delivery: SignedDelivery): boolean {
  switch (rule.kind) {
    case "github":
      return isSignedByGithub(secret, delivery);
    case "standard":
      return isSignedByStandard(secret, delivery, rule.toleranceSeconds * 1000);
    default:
      return unreachable(rule.kind);
  }
}

export function isSignedByGithub(
  secret: Buffer,
  { headers, rawBody }: Pick<SignedDelivery, "headers" | "rawBody">,
): boolean {
  const given = /^sha256=([0-9a-f]{64})$/i.exec(single(headers["x-hub-signature-256"]))?.[1];
  if (given === undefined || secret.length === 0) return false;
  return timingSafeEqual(Buffer.from(given, "hex"), createHmac("sha256", secret).update(rawBody).digest());
}

export function isSignedByStandard(
  secret: Buffer,
  { headers, rawBody, nowMs }: SignedDelivery,
  toleranceMs: number,
): boolean {
  const id = single(headers["webhook-id"]);
  const timestamp = single(headers["webhook-timestamp"]);
  if (id === "" || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1000) > toleranceMs) return false;
  const key = standardKey(secret);
  if (key === null) return false;
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(rawBody).digest();
  key.fill(0);
  let signed = false;
  for (const signature of single(headers["webhook-signature"]).split(" ", SIGNATURES_MAX)) {
    const given = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature)?.[1];
    if (given !== undefined && timingSafeEqual(Buffer.from(given, "base64"), expected)) signed = true;
  }
  return signed;
}

/** The bytes of a secret written as base64, with or without `whsec_`; null when it is not that. */
function standardKey(secret: Buffer): Buffer | null {
  const text = secret.toString("latin1").replace(/^whsec_/, "");
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

/** A header's value; empty when it is missing or came more than once. */
function single(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value : "";
}
