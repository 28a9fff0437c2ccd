import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  /** When its own time, not that of its issuers, is over. */
  readonly expiresAtMs: number;
}

/** The certificate in its files. Throws `start_refused` for what can't be read, is none, or doesn't belong together. */
export function readCertificate(files: CertificateFiles): Certificate {
  const [cert, key] = [readText(files.cert), readText(files.key)];
  const certificate = parsed(files.cert, "certificate", () => new X509Certificate(cert));
  const privateKey = parsed(files.key, "key", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    const why = `the key in ${files.key} is not that of the certificate in ${files.cert}`;
    throw new AppError("start_refused", `${why}: STEWARD_TLS_CERT and STEWARD_TLS_KEY are made together.`);
  }
  return { cert, key, expiresAtMs: certificate.validToDate.getTime() };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AppError("start_refused", `${file} can't be read: ${messageOf(error)}`, { file });
  }
}

function parsed<T>(file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new AppError("start_refused", `${file} holds no ${what} in PEM: ${messageOf(error)}`, { file });
  }
}
