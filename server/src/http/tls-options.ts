import { constants } from "node:crypto";
import type { TlsSettings } from "./http-parts.ts";

/** Of TLS 1.2 what is forward secret and authenticated (RFC 9325, section 4.2); of 1.3 everything is. */
const CIPHERS = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** What Node's TLS server takes, at its start and with each new certificate. */
export function tlsOptions({ key, cert, minVersion }: TlsSettings) {
  return {
    key,
    cert,
    minVersion,
    ciphers: CIPHERS,
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  } as const;
}
