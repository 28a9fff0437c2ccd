import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { ConnectionSecret, Connector } from "@steward/sdk";
import { z } from "zod";
import { judgeUrl } from "../core/egress/judge-url.ts";
import { invalid } from "./connection-refusals.ts";

const ServiceAccount = z.object({
  type: z.literal("service_account").optional(),
  client_email: z.string().min(3).max(500),
  private_key: z.string().min(1),
  private_key_id: z.string().max(500).optional(),
});

/**
 * That what was typed can be used at all, before anybody is asked: keys are keys, a certificate is that of its key, and
 * there is one place to ask for tokens. Throws `value_invalid`, which quotes nothing of a secret.
 */
export function checkSecret(connector: Connector, secret: ConnectionSecret): void {
  if ("apiKey" in secret) return checkKey(connector, secret);
  if ("user" in secret) return;
  if ("certificate" in secret) return checkCertificate(secret);
  checkTokenUrl(connector, secret, "serviceAccount" in secret ? "service_account" : "client_credentials");
  if ("privateKey" in secret) {
    const key = readKey("secret.privateKey", secret.privateKey);
    if (secret.algorithm !== undefined && !suits(key, secret.algorithm))
      throw invalid("secret.algorithm", `a key of the kind ${key.asymmetricKeyType} does not sign by it`);
    if (!["rsa", "rsa-pss", "ec", "ed25519"].includes(key.asymmetricKeyType ?? ""))
      throw invalid("secret.privateKey", "use a key of RSA, P-256 or Ed25519");
  }
  if ("serviceAccount" in secret) {
    const read = ServiceAccount.safeParse(parse(secret.serviceAccount));
    if (!read.success)
      throw invalid(
        "secret.serviceAccount",
        "it is no key file of a service account: JSON with client_email and private_key",
      );
    const key = readKey("secret.serviceAccount", read.data.private_key);
    if (!suits(key, "RS256")) throw invalid("secret.serviceAccount", "its key is none of RSA");
  }
}

function checkKey(connector: Connector, { header, query }: Extract<ConnectionSecret, { apiKey: string }>): void {
  if (header === undefined && query === undefined) return;
  const field = header === undefined ? "secret.query" : "secret.header";
  const isOpen = connector.authentication.some((way) => way.kind === "api_key" && way.chosen === true);
  if (!isOpen) throw invalid(field, `${connector.title} says itself where its key goes`);
  if (header !== undefined && query !== undefined)
    throw invalid("secret.query", "it goes into a header or the query, not both");
}

function checkTokenUrl(
  connector: Connector,
  { tokenUrl }: { readonly tokenUrl?: string | undefined },
  kind: "client_credentials" | "service_account",
): void {
  const way = connector.authentication.find((one) => one.kind === kind);
  const own = way?.kind === kind ? way.tokenUrl : null;
  if (own !== null) {
    if (tokenUrl !== undefined)
      throw invalid("secret.tokenUrl", `${connector.title} says itself where tokens are asked for`);
    return;
  }
  if (tokenUrl === undefined) throw invalid("secret.tokenUrl", "say where tokens are asked for");
  const judged = judgeUrl(tokenUrl);
  if (!judged.ok) throw invalid("secret.tokenUrl", judged.message);
  const { scheme, host } = judged.target;
  if (scheme !== "https" && !/^(?:127(?:\.\d+){3}|::1|localhost)$/.test(host))
    throw invalid("secret.tokenUrl", "use https: what is sent there is a secret");
}

function checkCertificate({
  certificate,
  privateKey,
  passphrase,
  authority,
}: Extract<ConnectionSecret, { certificate: string }>): void {
  const read = readCertificate("secret.certificate", certificate);
  const key = readKey("secret.privateKey", privateKey, passphrase);
  if (!read.checkPrivateKey(key)) throw invalid("secret.privateKey", "it is not the key of this certificate");
  if (authority !== undefined) readCertificate("secret.authority", authority);
}

function readCertificate(field: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid(field, "it is no certificate in PEM");
  }
}

function readKey(field: string, pem: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw invalid(field, "it is no private key in PEM, or its passphrase is another");
  }
}

function suits(key: KeyObject, algorithm: "RS256" | "PS256" | "ES256" | "EdDSA"): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (algorithm === "ES256") return type === "ec" && details?.namedCurve === "prime256v1";
  if (algorithm === "EdDSA") return type === "ed25519";
  return (type === "rsa" || (type === "rsa-pss" && algorithm === "PS256")) && (details?.modulusLength ?? 0) >= 2048;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
