/**
 * The address of the next page (RFC 8288): the first link whose relation is `next`; null where there is none. Only a whole
 * URL or a mere query can be followed, since a connector does not know where its connection is.
 */
export function nextLink(header: string | undefined): string | null {
  // Commas and semicolons may stand in an address, so that it is found by its brackets.
  for (const [, address = "", parameters = ""] of (header ?? "").slice(0, 16_384).matchAll(/<([^<>]*)>([^<>]*)/g)) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? "").toLowerCase().split(/\s+/);
    if (names.includes("next")) return address;
  }
  return null;
}
