/** Domain and record are ours, checked when the domain was added; the organization's name is what people typed. */
import type { MailValues } from "../../core/mail-message.ts";
import { greeting, momentOf, type Letter } from "../letter.ts";
import { plainWords } from "../plain-words.ts";

/** Tells an owner that the record of a sign-on domain is missing, and until when that does no harm. */
export function domainFailing({ organization, domain, record, atMs }: MailValues["domain_failing"]): Letter {
  return {
    subject: `The record of ${domain} is missing`,
    paragraphs: [
      greeting(""),
      `The TXT record that shows that ${domain} belongs to ${plainWords(organization)} was not found.`,
      `If it is not back by ${momentOf(atMs)}, nobody with an address there can sign on by your organization's provider.`,
      `It is: ${record}`,
    ],
    action: null,
    notes: [],
  };
}

/** Tells an owner that a domain counts no longer. */
export function domainLost({ organization, domain, record }: MailValues["domain_lost"]): Letter {
  return {
    subject: `${domain} is no longer verified`,
    paragraphs: [
      greeting(""),
      `The TXT record of ${domain} was missing for 7 days, so the domain no longer counts as ${plainWords(organization)}'s.`,
      `Nobody with an address there can sign on by your provider until the record is back and the domain is verified again.`,
      `It is: ${record}`,
    ],
    action: null,
    notes: [],
  };
}
