import { z } from "zod";

/**
 * One plain mail address: a dot-atom of RFC 5322 at a domain in letters of DNS. Names, comments, quotes and lists are left
 * out, so that whoever judges an address judges what is sent to.
 */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/;

export const MailAddress = z.string().max(254).regex(ADDRESS, "use one plain mail address, such as ann@example.com");
export const MailAddresses = z.array(MailAddress).max(100);

/** The address of a header such as `Ann <ann@example.com>`; null where it is not plainly one. */
export function addressOf(header: string | null): string | null {
  const inner = /^[^<>]*<([^<>\s]+)>\s*$/.exec(header ?? "")?.[1] ?? header?.trim() ?? "";
  return MailAddress.safeParse(inner).success ? inner : null;
}
