import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { WrittenMail } from "../core/mail-message.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";

const BODY = placeOf("outbox", "body");

/** `keys` are those of the installation's own project. */
export function sealMail(keys: ProjectKeys, id: string, mail: WrittenMail): Buffer {
  return keys.seal("mail", BODY, uuidBytes(id), Buffer.from(JSON.stringify(mail)));
}

export function openMail(keys: ProjectKeys, id: string, sealed: Buffer): WrittenMail {
  const mail: WrittenMail = JSON.parse(keys.open("mail", BODY, uuidBytes(id), sealed).toString());
  return mail;
}
