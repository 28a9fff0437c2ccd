/** TXT records, from the name servers of this machine or others. */
import { Resolver } from "node:dns/promises";
import type { TextRecords } from "../../core/ports/sign-on.ts";
import { codeOf } from "../../core/thrown.ts";

const TIMEOUT_MS = 3000;
const TRIES = 2;
const RECORDS_MAX = 200;
const NOTHING_THERE: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND"]);

export interface DnsSettings {
  /** Addresses such as `127.0.0.1:5353`; those of the machine by default. */
  readonly servers?: readonly string[];
  readonly timeoutMs?: number;
}

export function dnsTextRecords({ servers, timeoutMs = TIMEOUT_MS }: DnsSettings = {}): TextRecords {
  return {
    async lookUp(name) {
      const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
      if (servers) resolver.setServers(servers);
      try {
        // A dot at the end: the name is whole, whatever the machine's search list says.
        const found = await resolver.resolveTxt(`${name}.`);
        return { kind: "found", records: found.slice(0, RECORDS_MAX).map((pieces) => pieces.join("")) };
      } catch (error) {
        const code = codeOf(error) ?? "unknown";
        return NOTHING_THERE.has(code) ? { kind: "missing" } : { kind: "failed", message: code };
      }
    },
  };
}
