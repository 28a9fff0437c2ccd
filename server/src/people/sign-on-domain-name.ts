import { invalidField } from "./refusals.ts";

/** Mail domains of providers that give an address to anybody: nobody holds them for all who have one. */
const PUBLIC = new Set(
  `aol.com duck.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com
  hotmail.com hotmail.co.uk hotmail.de hotmail.fr icloud.com libero.it live.com mac.com mail.com mail.ru mailbox.org me.com
  msn.com naver.com orange.fr outlook.com outlook.de pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com
  sina.com t-online.de tutanota.com tuta.com web.de wp.pl yahoo.com yahoo.co.jp yahoo.co.uk yahoo.de yahoo.fr yandex.com
  yandex.ru zoho.com 126.com 163.com`.split(/\s+/),
);
/** RFC 1035, 2.3.4, with two labels or more. */
const NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** A domain as mail addresses have it: lower case, Unicode as `xn--…`, no dot at the end. Throws `value_invalid`. */
export function readDomainName(text: string): string {
  const name = URL.parse(`http://${text.trim().replace(/\.$/, "")}`)?.hostname ?? "";
  if (!NAME.test(name) || /[/:?#@\\]/.test(text)) throw invalidField("domain", "not a domain name");
  if (PUBLIC.has(name)) throw invalidField("domain", "anybody can have an address there");
  return name;
}

/** The domain of a mail address, in lower case; empty where there is none. */
export function addressDomain(email: string): string {
  const at = email.lastIndexOf("@");
  return at === -1 ? "" : email.slice(at + 1).toLowerCase();
}
