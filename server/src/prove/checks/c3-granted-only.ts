import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { endText, giveProofGrant, makeProofConnection, performProof, type ProofEffect } from "../proof-effects.ts";
import { runProofFlow } from "../proof-flow.ts";
import { proofProvider } from "../proof-provider.ts";

const SOMEBODY = "00000000-0000-7000-8000-0000000000c1";
const ANOTHER = "00000000-0000-7000-8000-0000000000c2";

/** C3: a connection acts for whom it was made and granted, for nobody else, and each with its own token. */
export const grantedOnly: Check = {
  id: "C3",
  promise:
    "A flow's own connection is usable by that flow alone, a person's own in runs that they start, every other only where it is granted; nothing is shared between projects",
  tries:
    "asks the gate for effects with connections of another flow, another person and another project, and without a grant, and looks at what a counterpart of its own hears; then with a grant",
  notWhen: null,
  async run(parts) {
    const provider = proofProvider();
    const [own, other] = parts.tenants;
    await runProofFlow(parts, own, "nothing"); // a grant names a flow that is there
    return await parts.withTrial(provider.setting, async (trial) => {
      await makeProofConnection(parts, trial, own, { slug: "proof-flow", access: "token-flow", flow: "proof" });
      await makeProofConnection(parts, trial, own, { slug: "proof-own", access: "token-own", owner: SOMEBODY });
      await makeProofConnection(parts, trial, own, { slug: "proof-all", access: "token-all" });
      await makeProofConnection(parts, trial, other, { slug: "proof-far", access: "token-far" });
      const ungranted = await performProof(parts, trial, own, { action: "proof.read", connection: "proof-all" });
      await giveProofGrant(parts, trial, own, { connection: "proof-flow", to: "flow:proof" });
      await giveProofGrant(parts, trial, own, { connection: "proof-own" });
      await giveProofGrant(parts, trial, other, { connection: "proof-far" });
      const faults = expected("without a grant", endText(ungranted), "refused not_granted");
      for (const { what, effect, ends } of TRIES)
        faults.push(...expected(what, endText(await performProof(parts, trial, own, effect)), ends));
      if (provider.heard.length > 0)
        faults.push(`the provider heard ${provider.heard.length} calls of effects that were to be refused`);
      faults.push(...(await faultsOfGranted(parts, trial, provider)));
      return verdictOf(faults, [
        `${TRIES.length + 1} effects with connections that were not theirs were refused, and the provider heard nothing: ${TRIES.map(({ ends }) => ends.slice(8)).join(", ")}, not_granted`,
        "with a grant, and for its own flow, each went out with the token of its connection and no other",
      ]);
    });
  },
};

const TRIES: readonly { readonly what: string; readonly effect: ProofEffect; readonly ends: string }[] = [
  {
    what: "for another flow",
    effect: { action: "proof.read", connection: "proof-flow", flow: "another" },
    ends: "refused connection_not_allowed",
  },
  {
    what: "started by another person",
    effect: { action: "proof.read", connection: "proof-own", starter: ANOTHER },
    ends: "refused connection_not_allowed",
  },
  {
    what: "started by nobody",
    effect: { action: "proof.read", connection: "proof-own" },
    ends: "refused connection_not_allowed",
  },
  {
    what: "with another project's connection",
    effect: { action: "proof.read", connection: "proof-far" },
    ends: "refused connection_missing",
  },
];

const expected = (what: string, ended: string, wanted: string): string[] =>
  ended === wanted ? [] : [`an effect ${what} ended as ${ended}, and not as ${wanted}`];

async function faultsOfGranted(
  parts: ProveParts,
  trial: Parameters<Parameters<ProveParts["withTrial"]>[1]>[0],
  provider: ReturnType<typeof proofProvider>,
): Promise<readonly string[]> {
  const [own] = parts.tenants;
  const faults: string[] = [];
  await giveProofGrant(parts, trial, own, { connection: "proof-all" });
  const before = provider.heard.length;
  const granted: readonly ProofEffect[] = [
    { action: "proof.read", connection: "proof-all", flow: "another" },
    { action: "proof.read", connection: "proof-flow" },
    { action: "proof.read", connection: "proof-own", starter: SOMEBODY },
  ];
  for (const effect of granted)
    faults.push(...expected("with a grant", endText(await performProof(parts, trial, own, effect)), "done"));
  const sent = provider.heard.slice(before).map(({ headers }) => headers["authorization"]);
  const wanted = ["token-all", "token-flow", "token-own"].map((token) => `Bearer ${token}`);
  if (faults.length === 0 && sent.join() !== wanted.join())
    faults.push("effects went out with tokens of other connections than theirs");
  return faults;
}
