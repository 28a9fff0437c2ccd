/**
 * The way out on the installation's own behalf (PROMISES G5): it reaches what the settings name, its sub-processors, and
 * nothing else. What others have the installation call (connections, sign-ons of organizations, audit sinks, runs) goes out
 * on their behalf, and not here.
 */
import { judgeUrl, type Target } from "../core/egress/judge-url.ts";
import { parseJson } from "../core/parse-json.ts";
import type { Egress, EgressAnswer } from "../core/ports/egress.ts";
import type { OwnPurpose, SubProcessor } from "../core/ports/outbound.ts";

export interface OwnWays {
  /** Every host that can be reached on the installation's own behalf, as it is now. */
  listed(): readonly SubProcessor[];
  way(purpose: OwnPurpose): Egress;
}

/** Told of each call to a host that is not listed; it never fails. */
export type ReportUnlisted = (host: string, port: number, purpose: OwnPurpose) => void;

const DISCOVERY = "/.well-known/openid-configuration";
/** Of one provider's document. */
const NAMED_MAX = 20;
const KEPT_MAX = 200;

export function createOwnWays(egress: Egress, settings: readonly SubProcessor[], report: ReportUnlisted): OwnWays {
  const named = new Map<string, SubProcessor>();
  const listed = (): readonly SubProcessor[] => [...settings, ...named.values()];
  const note = (host: SubProcessor): void => {
    const known = listed().some((one) => isSame(one, host));
    if (!known && named.size < KEPT_MAX) named.set(`${host.host}:${host.port}`, host);
  };
  return {
    listed,
    way: (purpose) => ({
      ...egress,
      async request(request): Promise<EgressAnswer> {
        const judged = judgeUrl(request.url);
        if (!judged.ok) return { kind: "refused", code: judged.code, message: judged.message };
        const { target } = judged;
        const own = { host: target.host, port: target.port, purpose };
        if (!listed().some((one) => isSame(one, own))) {
          report(own.host, own.port, purpose);
          const message = `${own.host} is not among the hosts that this installation reaches for ${purpose}.`;
          return { kind: "refused", code: "host_not_allowed", message };
        }
        const answer = await egress.request(request);
        if (purpose === "identity") for (const host of namedBy(target, answer)) note(host);
        return answer;
      },
    }),
  };
}

function isSame(one: SubProcessor, other: SubProcessor): boolean {
  return one.host === other.host && one.port === other.port && one.purpose === other.purpose;
}

/** What a provider's own document (OpenID Connect Discovery 1.0, section 3) names as its addresses. */
function namedBy(target: Target, answer: EgressAnswer): readonly SubProcessor[] {
  if (answer.kind !== "answer" || answer.status !== 200 || !target.path.endsWith(DISCOVERY)) return [];
  const parsed = parseJson(Buffer.from(answer.body).toString("utf8"));
  const found = parsed.ok && typeof parsed.value === "object" && parsed.value !== null ? parsed.value : {};
  const urls = Object.entries(found).filter(([name]) => name.endsWith("_endpoint") || name === "jwks_uri");
  return urls.slice(0, NAMED_MAX).flatMap(([, url]) => {
    const judged = typeof url === "string" ? judgeUrl(url) : null;
    return judged?.ok === true ? [{ host: judged.target.host, port: judged.target.port, purpose: "identity" }] : [];
  });
}
