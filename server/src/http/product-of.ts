/** A program, by the first product of its User-Agent (RFC 9110, section 10.1.5); the rest of that header is not kept. */
export interface Product {
  readonly name: string;
  readonly version: string | null;
}

const PRODUCT = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,60})(?:\/([!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}))?(?=[ \t(]|$)/;
const KNOWN_MAX = 1000;
const known = new Map<string, Product | null>();

/** Null when there is none. Remembers what it made of a header, since callers send the same one each time. */
export function productOf(userAgent: string | undefined): Product | null {
  if (userAgent === undefined) return null;
  let product = known.get(userAgent);
  if (product === undefined) {
    const [, name, version] = PRODUCT.exec(userAgent) ?? [];
    product = name === undefined ? null : { name, version: version ?? null };
    if (known.size < KNOWN_MAX && userAgent.length <= 300) known.set(userAgent, product);
  }
  return product;
}
