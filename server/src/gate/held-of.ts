/** What was typed, as it is kept. Checked before by `connections/check-secret.ts`, which says what is wrong with it. */
import { createPrivateKey } from "node:crypto";
import type { ConnectionSecret } from "@steward/sdk";
import { z } from "zod";
import { invariant } from "../core/invariant.ts";
import type { SigningAlgorithm } from "../core/ports/oauth.ts";
import type { HeldSecret } from "./connection-secret.ts";

const ServiceAccount = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
});

/** The secret without a token, which the first answer brings where there is one. */
export function heldOf(typed: ConnectionSecret): HeldSecret {
  if ("apiKey" in typed) {
    const { apiKey: key, header, query, signingSecret } = typed;
    return {
      kind: "key",
      key,
      ...(header === undefined && query === undefined
        ? {}
        : { sentIn: { header: header ?? null, query: query ?? null } }),
      ...(signingSecret === undefined ? {} : { signing: signingSecret }),
    };
  }
  if ("user" in typed) return { kind: "basic", user: typed.user, password: typed.password };
  if ("certificate" in typed) {
    const { certificate, privateKey, passphrase = null, authority = null } = typed;
    return { kind: "certificate", certificate, key: privateKey, passphrase, authority };
  }
  const { tokenUrl = null } = typed;
  if ("clientSecret" in typed) {
    const { clientId, clientSecret } = typed;
    return { kind: "client", clientId, clientSecret, access: "", tokenUrl };
  }
  if ("serviceAccount" in typed) {
    const read = ServiceAccount.safeParse(parse(typed.serviceAccount)).data;
    invariant(read !== undefined, "a service account's file was read before");
    const { client_email: issuer, private_key: key, private_key_id: keyId = null } = read;
    const subject = typed.subject ?? issuer;
    return { kind: "signer", how: "account", issuer, subject, key, keyId, algorithm: "RS256", access: "", tokenUrl };
  }
  const { clientId, privateKey: key, keyId = null, algorithm = algorithmOf(key) } = typed;
  return {
    kind: "signer",
    how: "client",
    issuer: clientId,
    subject: clientId,
    key,
    keyId,
    algorithm,
    access: "",
    tokenUrl,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function algorithmOf(key: string): SigningAlgorithm {
  const type = createPrivateKey(key).asymmetricKeyType;
  return type === "ec" ? "ES256" : type === "ed25519" ? "EdDSA" : "RS256";
}
