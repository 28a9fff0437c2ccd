import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose";
import type { KeyProof } from "../../core/ports/oauth.ts";

/** What providers take at most, and Google's own limit is an hour. */
const LIFE_SECONDS = 300;

/**
 * A JWT by which the holder of a key asks for a token (RFC 7523, 3): good for five minutes, at one token endpoint. Its
 * scopes stand in it too, where it asks as an account: Google reads them there.
 */
export async function signAssertion(proof: KeyProof, tokenUrl: string, scopes: readonly string[]): Promise<string> {
  const { how, issuer, subject, key, keyId, algorithm, atMs, id } = proof;
  const now = Math.floor(atMs / 1000);
  const claims = how === "account" && scopes.length > 0 ? { scope: scopes.join(" ") } : {};
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: "JWT", ...(keyId === null ? {} : { kid: keyId }) })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(tokenUrl)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFE_SECONDS)
    .setJti(id)
    .sign(createPrivateKey(key));
}
