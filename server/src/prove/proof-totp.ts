/** The code that an authenticator app shows (RFC 6238: SHA-1, 30 s, six digits). */
import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** @param uri as it is given for the app: `otpauth://totp/…?secret=…` */
export function totpOf(uri: string, nowMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)));
  const secret = base32Bytes(new URL(uri).searchParams.get("secret") ?? "");
  const digest = createHmac("sha1", secret).update(counter).digest();
  const at = digest.at(-1)! & 15;
  return String((digest.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
}

function base32Bytes(text: string): Buffer {
  let bits = "";
  for (const letter of text.replace(/=+$/, "")) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
