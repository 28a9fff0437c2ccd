import type { Hop } from "./trusted-proxies.ts";

/** One `name=value`, and what ends it (RFC 7239, section 4; tokens and quoted strings of RFC 9110, section 5.6). */
const PAIR = /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\]|\\.)*"))?[ \t]*([;,]|$)/y;

/** The elements of a Forwarded header, in order; none when the header is not as the RFC has it. */
export function parseForwarded(header: string): readonly Hop[] {
  const hops: Hop[] = [];
  let element = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (;;) {
    const pair = PAIR.exec(header);
    if (pair === null) return [];
    const [, name, value, end] = pair;
    if (name !== undefined && value !== undefined) {
      if (element.has(name.toLowerCase())) return []; // each once, by the RFC
      element.set(name.toLowerCase(), value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value);
    }
    if (end === ";") continue;
    if (element.size > 0)
      hops.push({ address: element.get("for") ?? "", proto: element.get("proto"), host: element.get("host") });
    element = new Map();
    if (end === "") return hops;
  }
}
