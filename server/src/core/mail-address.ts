import { normalizeName } from "./egress/host-name.ts";

const ADDRESS_CHARACTERS_MAX = 254;
const LOCAL_CHARACTERS_MAX = 64;
/** A dot-atom of RFC 5322: what people have. Quoted forms could carry spaces, commas and brackets into a header. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/**
 * One mail address as it is sent to: ASCII, its domain in lower case and, where it is written in another script, in the
 * form of DNS. Null for anything else: lists, names, comments, quotes, control characters.
 */
export function plainMailAddress(text: string): string | null {
  if (text.length > ADDRESS_CHARACTERS_MAX) return null;
  const at = text.lastIndexOf("@");
  if (at < 1 || at > LOCAL_CHARACTERS_MAX) return null;
  const local = text.slice(0, at);
  const domain = normalizeName(text.slice(at + 1));
  if (!LOCAL.test(local) || domain === null) return null;
  const address = `${local}@${domain}`;
  return address.length <= ADDRESS_CHARACTERS_MAX ? address : null;
}
