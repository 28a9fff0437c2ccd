import { findConnection } from "../../store/connections.ts";
import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, itemsOf } from "../expect-answer.ts";
import { endText, giveProofGrant, makeProofConnection, performProof } from "../proof-effects.ts";
import { FRESH, json, type ProofProvider, proofProvider } from "../proof-provider.ts";
import type { Trial } from "../trial.ts";

const AT_ONCE = 5;
/** Of what is left of the token: less than what is renewed ahead of. */
const LEFT_MS = 20_000;

/** C5: tokens are renewed ahead of their end, once however many need them; a dead grant ends with its tokens erased. */
export const refreshed: Check = {
  id: "C5",
  promise:
    "Access tokens are refreshed ahead of expiry, before an effect only and by one at a time; when the provider says that the grant is dead, its tokens are erased and the effect fails with reauth_required",
  tries: `lets ${AT_ONCE} effects at once use a connection whose token is about to end, with a counterpart of its own that counts; lets that say that the grant is dead, and looks for what is left of the tokens and for the entry`,
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    const [own] = parts.tenants;
    return await parts.withTrial(provider.setting, async (trial) => {
      const about = { access: "old-token", refresh: "refresh-token" };
      await makeProofConnection(parts, trial, own, { slug: "proof-aging", ...about, expiresInMs: LEFT_MS });
      await giveProofGrant(parts, trial, own, { connection: "proof-aging" });
      const faults = [...(await faultsOfRefresh(parts, trial, provider))];
      await makeProofConnection(parts, trial, own, { slug: "proof-dead", ...about, expiresInMs: -1000 });
      await giveProofGrant(parts, trial, own, { connection: "proof-dead" });
      faults.push(...(await faultsOfDead(parts, trial, provider)));
      return verdictOf(faults, [
        `${AT_ONCE} effects at once, ${LEFT_MS / 1000} s before the end of the token: asked for another once, and all went out with it`,
        "when the provider said that the grant is dead: reauth_required, no token is left in the row, the entry is there, and the next effect was refused without any call",
      ]);
    });
  },
};

async function faultsOfRefresh(parts: ProveParts, trial: Trial, provider: ProofProvider): Promise<readonly string[]> {
  const [own] = parts.tenants;
  const effect = { action: "proof.read", connection: "proof-aging" } as const;
  const ends = await Promise.all(Array.from({ length: AT_ONCE }, () => performProof(parts, trial, own, effect)));
  const bad = ends.map(endText).filter((ended) => ended !== "done");
  const asked = provider.of("/token").length;
  const old = provider.of("/thing").filter(({ headers }) => headers["authorization"] !== `Bearer ${FRESH}1`);
  return [
    ...(bad.length > 0 ? [`effects with a token that was about to end ended as ${bad.join(", ")}`] : []),
    ...(asked === 1 ? [] : [`${AT_ONCE} effects at once had the token renewed ${asked} times`]),
    ...(old.length === 0 ? [] : [`${old.length} effects went out with another token than the renewed one`]),
  ];
}

async function faultsOfDead(parts: ProveParts, trial: Trial, provider: ProofProvider): Promise<readonly string[]> {
  const [own] = parts.tenants;
  provider.say("/token", () => json(400, { error: "invalid_grant" }));
  const effect = { action: "proof.read", connection: "proof-dead" } as const;
  const faults: string[] = [];
  const ended = endText(await performProof(parts, trial, own, effect));
  if (ended !== "refused reauth_required") faults.push(`an effect under a dead grant ended as ${ended}`);
  const row = await findConnection(parts.database, own, "proof-dead");
  if (row?.secret !== null) faults.push("tokens that the provider called dead are still kept");
  if (row?.status !== "reauth_required") faults.push(`a connection whose grant is dead stands as ${row?.status}`);
  const before = provider.heard.length;
  const next = endText(await performProof(parts, trial, own, effect));
  if (next !== "refused reauth_required") faults.push(`a further effect under a dead grant ended as ${next}`);
  if (provider.heard.length > before) faults.push("the provider was asked again for a grant that it had called dead");
  const path = `/v1/organizations/${own.shownOrganization}/audit?limit=100`;
  const entries = itemsOf(expectAnswer(await parts.call("GET", path, { key: own.keys.auditor }), 200, "the audit"));
  const since = parts.clock.nowMs() - 60_000;
  if (!entries.some((one) => one["action"] === "connection.reauth_required" && Date.parse(String(one["at"])) > since))
    faults.push("that a grant is dead left no entry");
  return faults;
}
