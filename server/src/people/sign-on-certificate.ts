import { X509Certificate } from "node:crypto";

export interface SignOnCertificate {
  readonly pem: string;
  /** Of its DER, in hex. */
  readonly sha256: string;
  readonly expiresAt: number;
}

const RSA_BITS_MIN = 2048;

/**
 * A provider's certificate from its PEM, or from the base64 alone, as metadata have it. It is trusted because it was given,
 * not for who signed it or until when; only RSA of 2048 bits or more (what XML signatures are made with and SHA-1 is not).
 */
export function readCertificate(text: string): SignOnCertificate | { readonly problem: string } {
  const bare = text.replace(/\s+/g, "");
  const pem = /^[A-Za-z0-9+/=]+$/.test(bare)
    ? `-----BEGIN CERTIFICATE-----\n${bare.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`
    : text;
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return { problem: "not a certificate in PEM" };
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== "rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN)
    return { problem: `a key of RSA with ${RSA_BITS_MIN} bits or more is needed` };
  return {
    pem: certificate.toString(),
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    expiresAt: Date.parse(certificate.validTo),
  };
}
