import { type Check, verdictOf } from "../check.ts";

const LOOPBACK = /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/;
const VERSIONS = ["TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

/** B6: beyond loopback TLS alone is spoken, of no older version than is set; tried by handshakes in each version. */
export const transport: Check = {
  id: "B6",
  promise: "TLS 1.3 where Steward listens beyond loopback (1.2 by the operator's choice); refused otherwise",
  tries: "shakes hands with the own listener in TLS 1.1, 1.2 and 1.3",
  notWhen: "Steward listens on loopback alone",
  async run({ facts, handshake }) {
    const { tlsMin, host, proxies, publicUrl } = facts;
    if (tlsMin === null) {
      if (proxies > 0 && publicUrl.startsWith("https:"))
        return {
          state: "kept",
          evidence: [
            `TLS is ended by a proxy before ${host}: plain HTTP is taken from ${proxies} trusted networks only`,
          ],
        };
      if (LOOPBACK.test(host))
        return { state: "not_applicable", reason: `Steward listens on ${host} alone: nobody else reaches it.` };
      return { state: "broken", evidence: [`${host} is no loopback address, and plain HTTP is spoken there`] };
    }
    const faults: string[] = [];
    const spoken: string[] = [];
    for (const version of VERSIONS) {
      const speaks = await handshake(version);
      if (speaks) spoken.push(version);
      if (speaks !== version >= tlsMin)
        faults.push(`${version} is ${speaks ? "spoken" : "refused"}, and ${tlsMin} or newer is set`);
    }
    return verdictOf(faults, [
      `handshakes at ${host}: ${spoken.join(" and ")} spoken, the older ones refused`,
      "calls to the outside: TLS 1.2 or newer with a certificate for the host that was named",
    ]);
  },
};
